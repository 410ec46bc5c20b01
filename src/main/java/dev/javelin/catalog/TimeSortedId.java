package dev.javelin.catalog;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that sort by the order they were made in: UUID version 7 with a counter below the millisecond
 * (RFC 9562, sections 5.7 and 6.2, method 1). Between processes only the clocks order them.
 */
public final class TimeSortedId {
  private static final int COUNTER_BITS = 12;
  private static final long COUNTER = (1L << COUNTER_BITS) - 1;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Milliseconds and counter of the last id. A full counter, or a clock set back, borrows time. */
  private static final AtomicLong LAST = new AtomicLong();

  private TimeSortedId() {}

  public static UUID next() {
    return after(LAST, System.currentTimeMillis());
  }

  static UUID after(AtomicLong last, long epochMillis) {
    long tick =
        last.accumulateAndGet(
            epochMillis << COUNTER_BITS, (before, now) -> Math.max(before + 1, now));
    long high = tick >>> COUNTER_BITS << 16 | 0x7000L | tick & COUNTER;
    long low = RANDOM.nextLong() >>> 2 | Long.MIN_VALUE;
    return new UUID(high, low);
  }
}
