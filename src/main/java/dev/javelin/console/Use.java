package dev.javelin.console;

import dev.javelin.catalog.account.Limits;
import dev.javelin.security.QuotaUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much of one limit is used now.
 *
 * @param quota what is counted, as in {@code tokens_per_day}
 * @param limit null: none
 */
record Use(String quota, long used, @Nullable Long limit) {
  /** Of the four limits, in the order in which they are shown. */
  static List<Use> of(QuotaUsage usage, Limits limits) {
    return List.of(
        new Use("concurrent_requests", usage.concurrentRequests(), limits.concurrentRequests()),
        new Use("requests_per_minute", usage.requestsInMinute(), limits.requestsPerMinute()),
        new Use("tokens_per_minute", usage.tokensInMinute(), limits.tokensPerMinute()),
        new Use("tokens_per_day", usage.tokensInDay(), limits.tokensPerDay()));
  }

  /** Whole percents, 100 at most. Public, as templates need. */
  public int share() {
    if (limit == null) {
      return 0;
    }
    return limit == 0 ? 100 : (int) Math.min(100, 100 * used / limit);
  }

  /** Fine, or most of it used, or all. Public, as templates need. */
  public String state() {
    return share() >= 100 ? "bad" : share() >= 80 ? "warn" : "fine";
  }
}
