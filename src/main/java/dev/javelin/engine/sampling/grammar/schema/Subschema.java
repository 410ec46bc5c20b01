package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema inside a document.
 *
 * @param pointer where it is, as a JSON pointer fragment; {@code #} for the whole document
 */
record Subschema(JsonNode node, String pointer) {
  boolean isNever() {
    return node.isBoolean() && !node.booleanValue();
  }

  @Nullable JsonNode get(String keyword) {
    return node.get(keyword);
  }

  Subschema child(String keyword, JsonNode value) {
    return new Subschema(value, pointer + "/" + escaped(keyword));
  }

  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** The schemas of an array keyword, at least one. */
  List<Subschema> list(String keyword, JsonNode value) {
    if (!value.isArray() || value.isEmpty()) {
      throw wrong(keyword, "a non-empty array of schemas");
    }
    List<Subschema> out = new ArrayList<>();
    Subschema parent = child(keyword, value);
    for (int i = 0; i < value.size(); i++) {
      out.add(parent.child(String.valueOf(i), value.get(i)));
    }
    return out;
  }

  /** The schemas of an object keyword, by name. */
  Map<String, Subschema> map(String keyword, JsonNode value) {
    if (!value.isObject()) {
      throw wrong(keyword, "an object of schemas");
    }
    Map<String, Subschema> out = new LinkedHashMap<>();
    Subschema parent = child(keyword, value);
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      out.put(entry.getKey(), parent.child(entry.getKey(), entry.getValue()));
    }
    return out;
  }

  /** A count; one past any sensible size counts as the largest int. */
  int count(String keyword, JsonNode value) {
    BigDecimal number = number(keyword, value);
    if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
      throw wrong(keyword, "a non-negative integer");
    }
    return number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0
        ? Integer.MAX_VALUE
        : number.intValue();
  }

  BigDecimal number(String keyword, JsonNode value) {
    if (!value.isNumber()) {
      throw wrong(keyword, "a number");
    }
    return value.decimalValue();
  }

  String string(String keyword, JsonNode value) {
    if (!value.isString()) {
      throw wrong(keyword, "a string");
    }
    return value.stringValue();
  }

  GrammarException wrong(String keyword, String allowed) {
    return error(keyword, "must be " + allowed);
  }

  GrammarException error(String keyword, String message) {
    return new GrammarException("'%s' at %s %s".formatted(keyword, pointer, message));
  }
}
