package dev.javelin.catalog;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface ModelRepository extends JpaRepository<ModelEntity, UUID> {
  Optional<ModelEntity> findByName(String name);

  /** Takes the next number for a version; two at once wait for each other. */
  @Modifying
  @Query("update ModelEntity m set m.lastVersion = m.lastVersion + 1 where m.id = :id")
  void countVersion(UUID id);

  @Query("select m.lastVersion from ModelEntity m where m.id = :id")
  int lastVersion(UUID id);
}
