package dev.javelin.engine.sampling.grammar.schema;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The types of JSON values; an integer is a number. */
enum JsonType {
  NULL,
  BOOLEAN,
  NUMBER,
  STRING,
  ARRAY,
  OBJECT;

  static JsonType of(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> NULL;
      case BOOLEAN -> BOOLEAN;
      case NUMBER -> NUMBER;
      case STRING, BINARY -> STRING;
      case ARRAY -> ARRAY;
      case OBJECT, POJO -> OBJECT;
    };
  }

  static @Nullable JsonType named(String name) {
    return switch (name) {
      case "null" -> NULL;
      case "boolean" -> BOOLEAN;
      case "number", "integer" -> NUMBER;
      case "string" -> STRING;
      case "array" -> ARRAY;
      case "object" -> OBJECT;
      default -> null;
    };
  }

  static boolean isInteger(BigDecimal value) {
    return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
  }

  /** Equality of values: 1 and 1.0 are the same number, the order of members does not matter. */
  static boolean same(JsonNode a, JsonNode b) {
    JsonType type = of(a);
    if (type != of(b)) {
      return false;
    }
    return switch (type) {
      case NUMBER -> a.decimalValue().compareTo(b.decimalValue()) == 0;
      case ARRAY -> {
        boolean same = a.size() == b.size();
        for (int i = 0; same && i < a.size(); i++) {
          same = same(a.get(i), b.get(i));
        }
        yield same;
      }
      case OBJECT ->
          a.size() == b.size()
              && a.properties().stream()
                  .allMatch(e -> b.has(e.getKey()) && same(e.getValue(), b.get(e.getKey())));
      case NULL, BOOLEAN, STRING -> a.equals(b);
    };
  }
}
