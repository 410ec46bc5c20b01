package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface ModelVersionRepository extends JpaRepository<ModelVersionEntity, UUID> {
  List<ModelVersionEntity> findByModelOrderByNumber(ModelEntity model);

  Optional<ModelVersionEntity> findByModelNameAndNumber(String model, int number);
}
