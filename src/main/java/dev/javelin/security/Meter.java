package dev.javelin.security;

import dev.javelin.catalog.account.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one key or tenant used. A minute is the last sixty whole seconds and the current one, so no
 * stretch of sixty seconds holds more than the limit. Not safe for use by several threads: whoever
 * calls holds its monitor.
 */
final class Meter {
  /** So many seconds a slot of the ring stays counted: sixty full ones and the current one. */
  private static final int SECONDS = 61;

  private final String subject;
  private final long[] second = new long[SECONDS];
  private final long[] requests = new long[SECONDS];
  private final long[] tokens = new long[SECONDS];
  private long requestsInMinute;
  private long tokensInMinute;
  private LocalDate day = LocalDate.EPOCH;
  private long tokensInDay;
  private long running;

  /**
   * @param subject as in "the key 0123456789abcdef", for messages
   */
  Meter(String subject) {
    this.subject = subject;
    Arrays.fill(second, Long.MIN_VALUE);
  }

  QuotaUsage usage(Instant now) {
    forget(now);
    return new QuotaUsage(requestsInMinute, tokensInMinute, tokensInDay, running);
  }

  /**
   * @param mostTokens what the request may use at most
   * @throws QuotaExceededException if it does not fit; nothing is counted then
   */
  void check(Limits limits, long mostTokens, Instant now) {
    forget(now);
    require(Quota.CONCURRENT_REQUESTS, limits.concurrentRequests(), running, 1, now);
    require(Quota.REQUESTS_PER_MINUTE, limits.requestsPerMinute(), requestsInMinute, 1, now);
    require(Quota.TOKENS_PER_MINUTE, limits.tokensPerMinute(), tokensInMinute, mostTokens, now);
    require(Quota.TOKENS_PER_DAY, limits.tokensPerDay(), tokensInDay, mostTokens, now);
  }

  /** Counts a request that was checked in the same turn. */
  void begin(long mostTokens, Instant now) {
    int slot = slot(now);
    requests[slot]++;
    tokens[slot] += mostTokens;
    requestsInMinute++;
    tokensInMinute += mostTokens;
    tokensInDay += mostTokens;
    running++;
  }

  /** Gives back what the request that began then did not use. */
  void end(Instant began, long unusedTokens, Instant now) {
    forget(now);
    running--;
    int slot = Math.floorMod(began.getEpochSecond(), SECONDS);
    if (second[slot] == began.getEpochSecond()) {
      tokens[slot] -= unusedTokens;
      tokensInMinute -= unusedTokens;
    }
    if (day.equals(day(began))) {
      tokensInDay -= unusedTokens;
    }
  }

  private void require(Quota quota, @Nullable Long limit, long used, long asked, Instant now) {
    if (limit == null || used + asked <= limit) {
      return;
    }
    boolean never = asked > limit;
    String message =
        never
            ? "this request may use %d %s, but %s may only use %d; lower max_tokens or n"
                .formatted(asked, quota.meaning(), subject, limit)
            : "%s may have %d %s and has used %d; this request asks for up to %d more"
                .formatted(subject, limit, quota.meaning(), used, asked);
    throw new QuotaExceededException(
        quota,
        message,
        never ? Optional.empty() : Optional.of(wait(quota, used + asked - limit, now)));
  }

  /** Until so much of what is counted is forgotten. */
  private Duration wait(Quota quota, long excess, Instant now) {
    return switch (quota) {
      case CONCURRENT_REQUESTS -> Duration.ofSeconds(1);
      case TOKENS_PER_DAY ->
          Duration.between(now, day(now).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
      case REQUESTS_PER_MINUTE -> wait(requests, excess, now);
      case TOKENS_PER_MINUTE -> wait(tokens, excess, now);
    };
  }

  private Duration wait(long[] counts, long excess, Instant now) {
    long freed = 0;
    for (long at = now.getEpochSecond() - SECONDS + 1; at <= now.getEpochSecond(); at++) {
      int slot = Math.floorMod(at, SECONDS);
      freed += second[slot] == at ? counts[slot] : 0;
      if (freed >= excess) {
        return Duration.between(now, Instant.ofEpochSecond(at + SECONDS));
      }
    }
    throw new IllegalStateException("more than everything counted cannot be too much");
  }

  private void forget(Instant now) {
    long oldest = now.getEpochSecond() - SECONDS + 1;
    for (int slot = 0; slot < SECONDS; slot++) {
      if (second[slot] < oldest && second[slot] != Long.MIN_VALUE) {
        requestsInMinute -= requests[slot];
        tokensInMinute -= tokens[slot];
        second[slot] = Long.MIN_VALUE;
        requests[slot] = 0;
        tokens[slot] = 0;
      }
    }
    if (!day.equals(day(now))) {
      day = day(now);
      tokensInDay = 0;
    }
  }

  private int slot(Instant now) {
    int slot = Math.floorMod(now.getEpochSecond(), SECONDS);
    second[slot] = now.getEpochSecond();
    return slot;
  }

  private static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }
}
