package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface DecodingProfileRepository extends JpaRepository<DecodingProfileEntity, UUID> {
  List<DecodingProfileEntity> findByModelNameOrderByName(String model);

  Optional<DecodingProfileEntity> findByModelNameAndName(String model, String name);
}
