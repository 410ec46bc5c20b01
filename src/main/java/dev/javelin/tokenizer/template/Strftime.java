package dev.javelin.tokenizer.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** C's {@code strftime} in the C locale. */
final class Strftime {
  private Strftime() {}

  static String format(String format, ZonedDateTime time) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char code = format.charAt(++i);
      boolean unpadded = code == '-' && i + 1 < format.length();
      if (unpadded) {
        code = format.charAt(++i);
      }
      String text = field(code, time);
      out.append(unpadded ? text.replaceFirst("^0+(?=.)", "") : text);
    }
    return out.toString();
  }

  private static String field(char code, ZonedDateTime time) {
    return switch (code) {
      case 'Y' -> pattern("yyyy", time);
      case 'y' -> pattern("yy", time);
      case 'm' -> pattern("MM", time);
      case 'B' -> pattern("MMMM", time);
      case 'b', 'h' -> pattern("MMM", time);
      case 'd' -> pattern("dd", time);
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'j' -> pattern("DDD", time);
      case 'A' -> pattern("EEEE", time);
      case 'a' -> pattern("EEE", time);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'H' -> pattern("HH", time);
      case 'I' -> pattern("hh", time);
      case 'M' -> pattern("mm", time);
      case 'S' -> pattern("ss", time);
      case 'f' -> pattern("SSSSSS", time);
      case 'p' -> pattern("a", time);
      case 'F' -> pattern("yyyy-MM-dd", time);
      case 'T', 'X' -> pattern("HH:mm:ss", time);
      case 'R' -> pattern("HH:mm", time);
      case 'D', 'x' -> pattern("MM/dd/yy", time);
      case 'c' ->
          field('a', time)
              + " "
              + field('b', time)
              + " "
              + field('e', time)
              + pattern(" HH:mm:ss yyyy", time);
      case 's' -> Long.toString(time.toEpochSecond());
      case 'z' -> pattern("xx", time);
      case 'Z' -> time.getOffset().getTotalSeconds() == 0 ? "UTC" : pattern("zzz", time);
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> throw new EvaluationException("strftime_now() does not know '%" + code + "'");
    };
  }

  private static String pattern(String pattern, ZonedDateTime time) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
