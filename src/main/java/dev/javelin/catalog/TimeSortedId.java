package dev.javelin.catalog;

import java.security.SecureRandom;
import java.util.UUID;

/** Ids that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7). */
public final class TimeSortedId {
  private static final SecureRandom RANDOM = new SecureRandom();

  private TimeSortedId() {}

  public static UUID next() {
    return at(System.currentTimeMillis());
  }

  static UUID at(long epochMillis) {
    long high = epochMillis << 16 | 0x7000L | RANDOM.nextInt(1 << 12);
    long low = RANDOM.nextLong() >>> 2 | Long.MIN_VALUE;
    return new UUID(high, low);
  }
}
