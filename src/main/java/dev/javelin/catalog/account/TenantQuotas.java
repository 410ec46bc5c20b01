package dev.javelin.catalog.account;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.StaleRevisionException;
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

  /**
   * @param revision absent: the tenant must have none yet
   * @throws CatalogException NOT_FOUND if those that were meant are gone
   * @throws StaleRevisionException if it is not the state that was meant
   */
  public TenantQuota put(String tenant, Limits limits, Revision revision) {
    Optional<TenantQuotaEntity> known = quotas.findById(tenant);
    check(tenant, known, revision);
    TenantQuotaEntity entity = known.orElseGet(() -> new TenantQuotaEntity(tenant));
    entity.limits(limits);
    return quotas.saveAndFlush(entity).quota();
  }

  /**
   * Does nothing if there is none and none was meant.
   *
   * @throws CatalogException NOT_FOUND if those that were meant are gone
   * @throws StaleRevisionException if it is not the state that was meant
   */
  public void delete(String tenant, Revision revision) {
    Optional<TenantQuotaEntity> known = quotas.findById(tenant);
    check(tenant, known, revision);
    known.ifPresent(quotas::delete);
  }

  private static void check(String tenant, Optional<TenantQuotaEntity> known, Revision revision) {
    if (known.isEmpty() && revision instanceof Revision.Exactly) {
      throw CatalogException.notFound("quota", tenant);
    }
    known.ifPresent(now -> revision.check("quota", tenant, now.quota().revision()));
  }
}
