package dev.javelin.service;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far back one looks, in at most a thousand points. */
public enum Span {
  /** The last quarter of an hour by the second. */
  QUARTER_HOUR(Duration.ofSeconds(1), 900, 15),
  DAY(Duration.ofMinutes(2), 720, 24),
  WEEK(Duration.ofMinutes(15), 672, 28),
  MONTH(Duration.ofHours(1), 720, 30);

  private final Duration step;
  private final int points;
  private final int rows;

  Span(Duration step, int points, int rows) {
    this.step = step;
    this.points = points;
    this.rows = rows;
  }

  /** As in addresses: {@code quarter-hour}, {@code day}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Null if it is no word of ours. */
  public static @Nullable Span parse(String word) {
    for (Span span : values()) {
      if (span.word().equals(word)) {
        return span;
      }
    }
    return null;
  }

  /** Between one point and the next. */
  public Duration step() {
    return step;
  }

  public int points() {
    return points;
  }

  /** Points of a table of it: a divisor of {@link #points}. */
  public int rows() {
    return rows;
  }

  public Duration length() {
    return step.multipliedBy(points);
  }
}
