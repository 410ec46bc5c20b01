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
    requestsPerMinute = Amounts.given(requestsPerMinute);
    tokensPerMinute = Amounts.given(tokensPerMinute);
    tokensPerDay = Amounts.given(tokensPerDay);
    concurrentRequests = Amounts.given(concurrentRequests);
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

  /** The state that the limits are meant for: without a revision there are none yet. */
  Revision seen() {
    return revision == null ? new Revision.Absent() : new Revision.Exactly(revision);
  }

  /** The same limits, meant for another state. */
  QuotaForm over(@Nullable Long now) {
    return new QuotaForm(
        tenant, requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests, now);
  }

  /**
   * @throws dev.javelin.service.ProblemException INVALID_REQUEST if one is no number
   */
  Limits limits() {
    return Amounts.limits(requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests);
  }
}
