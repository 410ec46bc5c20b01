package dev.javelin.catalog;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface DecodingProfileRepository extends JpaRepository<DecodingProfileEntity, UUID> {
  Optional<DecodingProfileEntity> findByModelId(UUID modelId);
}
