package dev.javelin.console;

import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.security.QuotaUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tenant in the table.
 *
 * @param limited whether it has limits of its own
 * @param revision of these; null without
 */
record QuotaRow(String tenant, boolean limited, @Nullable Long revision, List<Use> uses) {
  static QuotaRow of(String tenant, @Nullable TenantQuota quota, QuotaUsage usage) {
    return new QuotaRow(
        tenant,
        quota != null,
        quota == null ? null : quota.revision(),
        Use.of(usage, quota == null ? Limits.NONE : quota.limits()));
  }
}
