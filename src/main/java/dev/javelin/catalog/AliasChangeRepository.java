package dev.javelin.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface AliasChangeRepository extends JpaRepository<AliasChangeEntity, UUID> {
  List<AliasChangeEntity> findByAliasOrderByIdDesc(String alias);

  List<AliasChangeEntity> findByChangedAtGreaterThanEqualOrderByIdDesc(Instant from, Limit limit);

  Optional<AliasChangeEntity> findFirstByAliasAndIdLessThanOrderByIdDesc(String alias, UUID before);
}
