package dev.javelin.console;

import java.text.NumberFormat;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** How pages write figures, in the reader's language. Its methods are public for the templates. */
final class Show {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

  private final Locale locale;

  Show(Locale locale) {
    this.locale = locale;
  }

  public String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= 1024 && unit < UNITS.size() - 1) {
      value /= 1024;
      unit++;
    }
    return number(value, Math.abs(value) < 100 && unit > 0 ? 1 : 0) + " " + UNITS.get(unit);
  }

  public String count(long count) {
    return number(count, 0);
  }

  /** A rate or a time in three digits, as scripts write them. */
  public String figure(double value) {
    double size = Math.abs(value);
    return number(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  }

  /**
   * As charts write it.
   *
   * @param unit {@code bytes}, {@code share} or anything else that is a plain number
   */
  public String figure(OptionalDouble value, String unit) {
    if (value.isEmpty()) {
      return "–";
    }
    double known = value.getAsDouble();
    return switch (unit) {
      case "bytes" -> bytes(Math.round(known));
      case "share" -> number(known * 100, 1) + " %";
      default -> figure(known);
    };
  }

  /** {@code 840 ms}, {@code 2.4 s}, {@code 1 min 5 s}. */
  public String ms(double millis) {
    return millis < 1000
        ? number(millis, millis < 10 ? 1 : 0) + " ms"
        : span(Duration.ofMillis(Math.round(millis)));
  }

  public String whole(double value) {
    return number(value, 0);
  }

  public String percent(double share) {
    return number(share * 100, 0) + " %";
  }

  /** The two largest parts of a time: {@code 2 h 5 min}, {@code 12 s}. */
  public String span(Duration span) {
    long seconds = Math.max(0, span.toSeconds());
    if (seconds < 60) {
      return seconds < 10 ? number(span.toMillis() / 1000.0, 1) + " s" : seconds + " s";
    }
    if (seconds < 3600) {
      return join(seconds / 60, " min", seconds % 60, " s");
    }
    return seconds < 86_400
        ? join(seconds / 3600, " h", seconds % 3600 / 60, " min")
        : join(seconds / 86_400, " d", seconds % 86_400 / 3600, " h");
  }

  public String seconds(long seconds) {
    return span(Duration.ofSeconds(seconds));
  }

  private static String join(long large, String unit, long small, String smallUnit) {
    return small == 0 ? large + unit : large + unit + " " + small + smallUnit;
  }

  private String number(double value, int digits) {
    NumberFormat format = NumberFormat.getNumberInstance(locale);
    format.setMaximumFractionDigits(digits);
    return format.format(value);
  }
}
