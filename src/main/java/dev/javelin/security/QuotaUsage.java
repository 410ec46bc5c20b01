package dev.javelin.security;

/** What is counted at a moment; a running request counts with the most it may use. */
public record QuotaUsage(
    long requestsInMinute, long tokensInMinute, long tokensInDay, long concurrentRequests) {
  static final QuotaUsage NONE = new QuotaUsage(0, 0, 0, 0);
}
