package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface LoadProfileRepository extends JpaRepository<LoadProfileEntity, UUID> {
  List<LoadProfileEntity> findByModelNameOrderByName(String model);

  Optional<LoadProfileEntity> findByModelNameAndName(String model, String name);
}
