package dev.javelin.catalog.account;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/** {@link Limits} as columns of the row they belong to. */
@Embeddable
class LimitColumns {
  @Column(name = "requests_per_minute")
  private @Nullable Long requestsPerMinute;

  @Column(name = "tokens_per_minute")
  private @Nullable Long tokensPerMinute;

  @Column(name = "tokens_per_day")
  private @Nullable Long tokensPerDay;

  @Column(name = "concurrent_requests")
  private @Nullable Long concurrentRequests;

  protected LimitColumns() {}

  LimitColumns(Limits limits) {
    requestsPerMinute = limits.requestsPerMinute();
    tokensPerMinute = limits.tokensPerMinute();
    tokensPerDay = limits.tokensPerDay();
    concurrentRequests = limits.concurrentRequests();
  }

  Limits limits() {
    return new Limits(requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests);
  }
}
