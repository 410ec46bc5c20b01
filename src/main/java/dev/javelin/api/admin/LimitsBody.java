package dev.javelin.api.admin;

import dev.javelin.catalog.account.Limits;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;

/** {@link Limits} on the wire; a field that is absent or null does not limit. */
public record LimitsBody(
    @Min(0) @Nullable Long requestsPerMinute,
    @Min(0) @Nullable Long tokensPerMinute,
    @Min(0) @Nullable Long tokensPerDay,
    @Min(0) @Nullable Long concurrentRequests) {

  public static LimitsBody of(Limits limits) {
    return new LimitsBody(
        limits.requestsPerMinute(),
        limits.tokensPerMinute(),
        limits.tokensPerDay(),
        limits.concurrentRequests());
  }

  public Limits limits() {
    return new Limits(requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests);
  }
}
