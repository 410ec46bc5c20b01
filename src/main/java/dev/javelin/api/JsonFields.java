package dev.javelin.api;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request object read field by field. A field that is absent or null reads as null; one of the
 * wrong type or range, and at the end one nobody asked for, is an {@link ApiException} naming it.
 */
public final class JsonFields {
  private final ObjectNode node;
  private final String path;
  private final Set<String> read = new HashSet<>();

  public JsonFields(ObjectNode node) {
    this(node, "");
  }

  private JsonFields(ObjectNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /** The field's full name, as error messages show it. */
  public String at(String name) {
    return path + name;
  }

  /** The value, null if absent or null. */
  public @Nullable JsonNode value(String name) {
    read.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  public @Nullable String string(String name) {
    JsonNode value = value(name);
    return value == null ? null : string(value, at(name));
  }

  public String requiredString(String name) {
    String value = string(name);
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  public boolean flag(String name, boolean otherwise) {
    Boolean value = flag(name);
    return value == null ? otherwise : value;
  }

  public @Nullable Boolean flag(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      throw wrong(at(name), "true or false", value);
    }
    return value.booleanValue();
  }

  public @Nullable Integer integer(String name, int least, int most) {
    JsonNode value = value(name);
    return value == null ? null : integer(value, at(name), least, most);
  }

  public @Nullable Long wholeNumber(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(at(name), "an integer of 64 bits", value);
    }
    return value.longValue();
  }

  /** A number from {@code least} to {@code most}, both allowed. */
  public @Nullable Float number(String name, double least, double most) {
    JsonNode value = value(name);
    return value == null ? null : number(value, at(name), least, most);
  }

  public @Nullable JsonFields object(String name) {
    JsonNode value = value(name);
    return value == null ? null : object(value, at(name));
  }

  /** The elements of an array; null if absent. */
  public @Nullable List<JsonNode> array(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    if (!value.isArray()) {
      throw wrong(at(name), "an array", value);
    }
    return List.copyOf(value.values());
  }

  /** The names this object has. */
  public Collection<String> names() {
    return node.propertyNames();
  }

  /** The object as plain Java values, for templates. */
  public Map<String, Object> plain() {
    Map<String, Object> out = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      Object value = plain(entry.getValue(), at(entry.getKey()));
      if (value != null) {
        out.put(entry.getKey(), value);
      }
    }
    return out;
  }

  /** Takes note of fields that change nothing in the answer. */
  public void ignore(Collection<String> names) {
    read.addAll(names);
  }

  /** Refuses fields that would change the answer but are not supported; an empty list would not. */
  public void refuse(Collection<String> names) {
    for (String name : names) {
      JsonNode value = value(name);
      if (value != null && !(value.isArray() && value.isEmpty())) {
        throw ApiException.badField(at(name), "'%s' is not supported yet".formatted(at(name)));
      }
    }
  }

  /** Refuses what nobody read. */
  public void end() {
    for (String name : node.propertyNames()) {
      if (!read.contains(name)) {
        throw ApiException.badField(
            at(name), "'%s' is not a field this request has".formatted(at(name)));
      }
    }
  }

  public ApiException missing(String name) {
    return ApiException.badField(at(name), "'%s' is required".formatted(at(name)));
  }

  public static String string(JsonNode value, String field) {
    if (!value.isString()) {
      throw wrong(field, "a string", value);
    }
    String text = value.stringValue();
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      if (Character.isHighSurrogate(at)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(at)) {
        throw ApiException.badField(
            field, "'%s' has half a surrogate pair at index %d".formatted(field, i));
      }
    }
    return text;
  }

  public static int integer(JsonNode value, String field, int least, int most) {
    String allowed = "an integer from %d to %d".formatted(least, most);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(field, allowed, value);
    }
    int number = value.intValue();
    if (number < least || number > most) {
      throw wrong(field, allowed, value);
    }
    return number;
  }

  public static float number(JsonNode value, String field, double least, double most) {
    String allowed =
        "a number from %s to %s".formatted(BigDecimal.valueOf(least), BigDecimal.valueOf(most));
    if (!value.isNumber()) {
      throw wrong(field, allowed, value);
    }
    double number = value.doubleValue();
    if (!(number >= least && number <= most)) {
      throw wrong(field, allowed, value);
    }
    return (float) number;
  }

  public static JsonFields object(JsonNode value, String field) {
    if (value instanceof ObjectNode object) {
      return new JsonFields(object, field + ".");
    }
    throw wrong(field, "an object", value);
  }

  /** The error for a value of the wrong type or range; shows at most 40 characters of it. */
  public static ApiException wrong(String field, String allowed, JsonNode value) {
    String given =
        value.isContainer() ? (value.isArray() ? "an array" : "an object") : shown(value);
    return ApiException.badField(field, "'%s' must be %s, not %s".formatted(field, allowed, given));
  }

  private static String shown(JsonNode value) {
    String text = value.isString() ? "the string \"" + value.stringValue() + '"' : value.asString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static @Nullable Object plain(JsonNode value, String field) {
    if (value.isString()) {
      return string(value, field);
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value.longValue();
    }
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isArray()) {
      List<Object> out = new ArrayList<>();
      for (JsonNode element : value.values()) {
        Object plain = plain(element, field);
        if (plain == null) {
          throw ApiException.badField(
              field, "'%s' must not hold null in an array".formatted(field));
        }
        out.add(plain);
      }
      return out;
    }
    if (value instanceof ObjectNode object) {
      return new JsonFields(object, field + ".").plain();
    }
    return null;
  }
}
