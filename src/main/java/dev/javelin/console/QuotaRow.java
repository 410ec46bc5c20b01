package dev.javelin.console;

import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.security.QuotaUsage;
import java.util.List;
import java.util.Optional;

/**
 * A tenant in the table.
 *
 * @param limited whether it has limits of its own
 */
record QuotaRow(String tenant, boolean limited, List<Use> uses) {
  static QuotaRow of(String tenant, Optional<TenantQuota> quota, QuotaUsage usage) {
    return new QuotaRow(
        tenant,
        quota.isPresent(),
        Use.of(usage, quota.map(TenantQuota::limits).orElse(Limits.NONE)));
  }
}
