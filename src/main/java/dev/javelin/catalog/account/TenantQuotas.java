package dev.javelin.catalog.account;

import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** How much each tenant may use. Every call blocks on the database: call it on a virtual thread. */
@Service
@Transactional
public class TenantQuotas {
  private final TenantQuotaRepository quotas;

  TenantQuotas(TenantQuotaRepository quotas) {
    this.quotas = quotas;
  }

  /** Empty if the tenant has no limits of its own. */
  @Transactional(readOnly = true)
  public Optional<TenantQuota> find(String tenant) {
    return quotas.findById(tenant).map(TenantQuotaEntity::quota);
  }

  @Transactional(readOnly = true)
  public List<TenantQuota> list() {
    return quotas.findAllByOrderByTenant().stream().map(TenantQuotaEntity::quota).toList();
  }

  public TenantQuota put(String tenant, Limits limits) {
    TenantQuotaEntity entity =
        quotas.findById(tenant).orElseGet(() -> new TenantQuotaEntity(tenant));
    entity.limits(limits);
    return quotas.saveAndFlush(entity).quota();
  }

  /** Whether there was one. */
  public boolean delete(String tenant) {
    Optional<TenantQuotaEntity> known = quotas.findById(tenant);
    known.ifPresent(quotas::delete);
    return known.isPresent();
  }
}
