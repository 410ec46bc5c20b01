package dev.javelin.catalog.account;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface ApiKeyRepository extends JpaRepository<ApiKeyEntity, UUID> {
  Optional<ApiKeyEntity> findByKeyId(String keyId);

  List<ApiKeyEntity> findAllByOrderById();

  List<ApiKeyEntity> findByOwnerOrderById(String owner);
}
