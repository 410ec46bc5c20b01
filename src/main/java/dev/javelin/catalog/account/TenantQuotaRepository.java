package dev.javelin.catalog.account;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

interface TenantQuotaRepository extends JpaRepository<TenantQuotaEntity, String> {
  List<TenantQuotaEntity> findAllByOrderByTenant();
}
