package dev.javelin.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.query.Param;

interface AliasChangeRepository extends JpaRepository<AliasChangeEntity, UUID> {
  List<AliasChangeEntity> findByAliasOrderByIdDesc(String alias);

  @Query("select distinct change.alias from AliasChangeEntity change where change.model = :model")
  List<String> aliasesOf(@Param("model") String model);

  List<AliasChangeEntity> findByChangedAtGreaterThanEqualOrderByIdDesc(Instant from, Limit limit);

  Optional<AliasChangeEntity> findFirstByAliasAndIdLessThanOrderByIdDesc(String alias, UUID before);
}
