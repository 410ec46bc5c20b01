package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface ModelVersionRepository extends JpaRepository<ModelVersionEntity, UUID> {
  /** With everything that a version's view tells: one query for all, not some for each. */
  String WHOLE = "select v from ModelVersionEntity v join fetch v.model m left join fetch v.files ";

  @Override
  @Query(WHOLE)
  List<ModelVersionEntity> findAll();

  @Query(WHOLE + "where m.name = :model order by v.number")
  List<ModelVersionEntity> findByModel(String model);

  @Query(WHOLE + "where m.name = :model and v.number = :number")
  Optional<ModelVersionEntity> findByModelNameAndNumber(String model, int number);
}
