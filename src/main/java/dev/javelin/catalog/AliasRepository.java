package dev.javelin.catalog;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface AliasRepository extends JpaRepository<AliasEntity, UUID> {
  Optional<AliasEntity> findByName(String name);

  List<AliasEntity> findByVersion(ModelVersionEntity version);

  List<AliasEntity> findByLoadProfile(LoadProfileEntity profile);

  List<AliasEntity> findByDecodingProfile(DecodingProfileEntity profile);
}
