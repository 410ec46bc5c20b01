package dev.javelin.catalog;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface AliasChangeRepository extends JpaRepository<AliasChangeEntity, UUID> {
  List<AliasChangeEntity> findByAliasOrderByIdDesc(String alias);
}
