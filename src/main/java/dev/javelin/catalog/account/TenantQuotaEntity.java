package dev.javelin.catalog.account;

import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import org.jspecify.annotations.Nullable;

/** A tenant's limits. */
@Entity
@Table(name = "tenant_quota")
class TenantQuotaEntity {
  @Id
  @Column(length = 64)
  private String tenant = "";

  /** Hibernate reads an embedded value whose columns are all null as null. */
  @Embedded private @Nullable LimitColumns limits;

  @Version private long revision;

  protected TenantQuotaEntity() {}

  TenantQuotaEntity(String tenant) {
    this.tenant = tenant;
  }

  void limits(Limits next) {
    limits = new LimitColumns(next);
  }

  TenantQuota quota() {
    return new TenantQuota(tenant, limits == null ? Limits.NONE : limits.limits(), revision);
  }
}
