package dev.javelin.catalog.account;

import org.jspecify.annotations.Nullable;

/** How much a key or a tenant may use; null where it may use any amount. */
public record Limits(
    @Nullable Long requestsPerMinute,
    @Nullable Long tokensPerMinute,
    @Nullable Long tokensPerDay,
    @Nullable Long concurrentRequests) {
  public static final Limits NONE = new Limits(null, null, null, null);
}
