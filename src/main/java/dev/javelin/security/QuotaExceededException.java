package dev.javelin.security;

import java.time.Duration;
import java.util.Optional;

/** A request that would go over a limit; nothing of it was counted. */
public final class QuotaExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final Quota quota;
  private final transient Optional<Duration> retryAfter;

  QuotaExceededException(Quota quota, String message, Optional<Duration> retryAfter) {
    super(message, null, false, false);
    this.quota = quota;
    this.retryAfter = retryAfter;
  }

  public Quota quota() {
    return quota;
  }

  /** When the same request can succeed; empty: never, or nobody knows. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
