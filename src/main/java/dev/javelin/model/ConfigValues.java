package dev.javelin.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checked reading of a configuration. JSON null counts as absent. Every method throws {@link
 * UnsupportedModelException} naming key and value for what it cannot accept.
 *
 * @param scope put before keys in messages: empty, or {@code rope_scaling.}
 */
public record ConfigValues(Map<String, Object> values, String scope) {

  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** A whole number within {@code [min, max]} that must be there. */
  public int integer(String key, int min, int max) {
    return (int) whole(key, min, max);
  }

  /** A whole number within {@code [min, max]}, {@code absent} if it is not there. */
  public int integer(String key, int min, int max, int absent) {
    return has(key) ? integer(key, min, max) : absent;
  }

  /** A finite number within {@code [min, max]} that must be there. */
  public double number(String key, double min, double max) {
    Object value = required(key);
    if (value instanceof Number number
        && number.doubleValue() >= min
        && number.doubleValue() <= max) {
      return number.doubleValue();
    }
    throw refused(key, value, "a number from %s to %s".formatted(min, max));
  }

  /** A finite number within {@code [min, max]}, {@code absent} if it is not there. */
  public double number(String key, double min, double max, double absent) {
    return has(key) ? number(key, min, max) : absent;
  }

  public boolean flag(String key, boolean absent) {
    Object value = values.get(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw refused(key, value, "true or false");
  }

  public String text(String key) {
    Object value = required(key);
    if (value instanceof String text) {
      return text;
    }
    throw refused(key, value, "a string");
  }

  public String text(String key, String absent) {
    return has(key) ? text(key) : absent;
  }

  /** A list of exactly {@code size} entries, null if it is not there. */
  public @Nullable List<?> list(String key, int size) {
    Object value = values.get(key);
    if (value == null) {
      return null;
    }
    if (value instanceof List<?> list && list.size() == size) {
      return list;
    }
    throw refused(key, value, "a list of %d entries".formatted(size));
  }

  /** A nested object; empty if it is not there. */
  public ConfigValues object(String key) {
    Object value = values.get(key);
    if (value == null) {
      return new ConfigValues(Map.of(), scope + key + ".");
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((name, entry) -> copy.put(String.valueOf(name), entry));
      return new ConfigValues(copy, scope + key + ".");
    }
    throw refused(key, value, "an object");
  }

  public UnsupportedModelException refused(String key, @Nullable Object value, String allowed) {
    String given = String.valueOf(value);
    return new UnsupportedModelException(
        "configuration key '%s%s' is %s; it must be %s"
            .formatted(
                scope, key, given.length() > 80 ? given.substring(0, 80) + "…" : given, allowed));
  }

  private long whole(String key, long min, long max) {
    Object value = required(key);
    if (value instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue())
        && number.doubleValue() >= min
        && number.doubleValue() <= max) {
      return number.longValue();
    }
    throw refused(key, value, "a whole number from %d to %d".formatted(min, max));
  }

  private Object required(String key) {
    Object value = values.get(key);
    if (value == null) {
      throw new UnsupportedModelException(
          "configuration key '%s%s' is missing".formatted(scope, key));
    }
    return value;
  }
}
