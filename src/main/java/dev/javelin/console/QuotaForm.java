package dev.javelin.console;

import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.TenantQuota;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's limits; null where there is none.
 *
 * @param revision of the limits that are changed, as they were seen; null for new ones
 */
record QuotaForm(
    @Pattern(regexp = "[A-Za-z0-9:._@-]{1,64}") String tenant,
    @Nullable String requestsPerMinute,
    @Nullable String tokensPerMinute,
    @Nullable String tokensPerDay,
    @Nullable String concurrentRequests,
    @Nullable Long revision) {
  QuotaForm {
    tenant = tenant == null ? "" : tenant;
  }

  static QuotaForm of(String tenant) {
    return new QuotaForm(tenant, null, null, null, null, null);
  }

  static QuotaForm of(TenantQuota quota) {
    Limits limits = quota.limits();
    return new QuotaForm(
        quota.tenant(),
        Amounts.write(limits.requestsPerMinute()),
        Amounts.write(limits.tokensPerMinute()),
        Amounts.write(limits.tokensPerDay()),
        Amounts.write(limits.concurrentRequests()),
        quota.revision());
  }

  /** The state that the change is meant for. */
  Revision seen() {
    return revision == null ? Revision.ANY : new Revision.Exactly(revision);
  }

  /**
   * @throws dev.javelin.service.ProblemException INVALID_REQUEST if one is no number
   */
  Limits limits() {
    return Amounts.limits(requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests);
  }
}
