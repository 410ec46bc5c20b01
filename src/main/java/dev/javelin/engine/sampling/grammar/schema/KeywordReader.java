package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.regex.Regex;
import dev.javelin.engine.sampling.grammar.schema.JsonNumbers.Bound;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Adds a schema's own keywords to what is asked of a value. */
final class KeywordReader {
  /** Keywords that ask nothing of a value, or that others read. */
  private static final Set<String> SILENT =
      Set.of(
          "$schema",
          "$id",
          "$anchor",
          "$comment",
          "$defs",
          "definitions",
          "$vocabulary",
          "title",
          "description",
          "default",
          "examples",
          "example",
          "deprecated",
          "readOnly",
          "writeOnly",
          "contentEncoding",
          "contentMediaType",
          "contentSchema",
          "$ref",
          "allOf",
          "anyOf",
          "oneOf");

  private KeywordReader() {}

  /**
   * @throws GrammarException naming a keyword that is malformed or cannot be enforced, and where
   */
  static void read(Subschema schema, Facets facets) {
    List<Subschema> prefix = List.of();
    Subschema rest = null;
    Map<String, Subschema> named = Map.of();
    Map<String, Subschema> patterned = Map.of();
    Subschema additional = null;
    for (Map.Entry<String, JsonNode> entry : schema.node().properties()) {
      String keyword = entry.getKey();
      JsonNode value = entry.getValue();
      switch (keyword) {
        case "prefixItems" -> prefix = schema.list(keyword, value);
        case "items" -> rest = single(schema, keyword, value);
        case "properties" -> named = schema.map(keyword, value);
        case "patternProperties" -> patterned = patterned(schema, keyword, value);
        case "additionalProperties" -> additional = single(schema, keyword, value);
        default -> readAlone(schema, keyword, value, facets);
      }
    }
    if (!prefix.isEmpty() || rest != null) {
      facets.items.add(new Facets.Items(prefix, rest));
    }
    Facets.Members members = new Facets.Members(named, patterned, additional);
    if (!members.isFree()) {
      facets.members.add(members);
    }
  }

  private static void readAlone(Subschema schema, String keyword, JsonNode value, Facets facets) {
    switch (keyword) {
      case "type" -> type(schema, value, facets);
      case "enum" -> {
        if (!value.isArray()) {
          throw schema.wrong(keyword, "an array");
        }
        facets.only(List.copyOf(value.values()));
      }
      case "const" -> facets.only(List.of(value));
      case "minimum" -> facets.atLeast(new Bound(schema.number(keyword, value), false));
      case "exclusiveMinimum" -> facets.atLeast(new Bound(schema.number(keyword, value), true));
      case "maximum" -> facets.atMost(new Bound(schema.number(keyword, value), false));
      case "exclusiveMaximum" -> facets.atMost(new Bound(schema.number(keyword, value), true));
      case "multipleOf" -> multipleOf(schema, value, facets);
      case "minLength" ->
          facets.minLength = Math.max(facets.minLength, schema.count(keyword, value));
      case "maxLength" ->
          facets.maxLength = Math.min(facets.maxLength, schema.count(keyword, value));
      case "pattern" ->
          facets.texts.add(new Facets.Text(regex(schema, keyword, value), true, schema.pointer()));
      case "format" -> {
        String name = schema.string(keyword, value);
        Regex known = Formats.named(name);
        if (known == null) {
          throw schema.error(
              keyword,
              "is '%s', which cannot be enforced; these can: %s".formatted(name, Formats.names()));
        }
        facets.texts.add(new Facets.Text(known, false, schema.pointer()));
      }
      case "minItems" -> facets.minItems = Math.max(facets.minItems, schema.count(keyword, value));
      case "maxItems" -> facets.maxItems = Math.min(facets.maxItems, schema.count(keyword, value));
      case "minProperties" ->
          facets.minProperties = Math.max(facets.minProperties, schema.count(keyword, value));
      case "maxProperties" ->
          facets.maxProperties = Math.min(facets.maxProperties, schema.count(keyword, value));
      case "required" -> required(schema, value, facets);
      case "uniqueItems" -> {
        if (!value.isBoolean() || value.booleanValue()) {
          throw cannot(schema, keyword);
        }
      }
      default -> {
        if (!SILENT.contains(keyword) && !keyword.startsWith("x-")) {
          throw cannot(schema, keyword);
        }
      }
    }
  }

  private static GrammarException cannot(Subschema schema, String keyword) {
    return schema.error(keyword, "cannot be enforced; remove it");
  }

  private static Subschema single(Subschema schema, String keyword, JsonNode value) {
    if (!value.isObject() && !value.isBoolean()) {
      throw schema.wrong(keyword, "a schema");
    }
    return schema.child(keyword, value);
  }

  private static Regex regex(Subschema schema, String keyword, JsonNode value) {
    return regex(schema, keyword, schema.string(keyword, value));
  }

  private static Regex regex(Subschema schema, String keyword, String pattern) {
    try {
      return Regex.parse(pattern);
    } catch (GrammarException e) {
      throw schema.error(keyword, "is '%s': %s".formatted(pattern, e.getMessage()));
    }
  }

  private static Map<String, Subschema> patterned(
      Subschema schema, String keyword, JsonNode value) {
    Map<String, Subschema> out = schema.map(keyword, value);
    out.keySet().forEach(pattern -> regex(schema, keyword, pattern));
    return out;
  }

  private static void type(Subschema schema, JsonNode value, Facets facets) {
    List<JsonNode> names = value.isArray() ? List.copyOf(value.values()) : List.of(value);
    EnumSet<JsonType> allowed = EnumSet.noneOf(JsonType.class);
    boolean number = false;
    boolean integer = false;
    for (JsonNode name : names) {
      JsonType type = name.isString() ? JsonType.named(name.stringValue()) : null;
      if (type == null) {
        throw schema.wrong(
            "type", "null, boolean, integer, number, string, array, object, or a list of these");
      }
      allowed.add(type);
      number |= name.stringValue().equals("number");
      integer |= name.stringValue().equals("integer");
    }
    facets.types.retainAll(allowed);
    facets.integer |= integer && !number;
  }

  private static void multipleOf(Subschema schema, JsonNode value, Facets facets) {
    BigDecimal divisor = schema.number("multipleOf", value);
    if (divisor.signum() <= 0) {
      throw schema.wrong("multipleOf", "a number above 0");
    }
    @Nullable BigDecimal other = facets.divisor;
    if (other == null || divisor.remainder(other).signum() == 0) {
      facets.divisor = divisor;
    } else if (other.remainder(divisor).signum() != 0) {
      throw schema.error(
          "multipleOf", "cannot be enforced together with multipleOf %s".formatted(other));
    }
  }

  private static void required(Subschema schema, JsonNode value, Facets facets) {
    if (!value.isArray()) {
      throw schema.wrong("required", "an array of strings");
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : value.values()) {
      names.add(schema.string("required", name));
    }
    facets.required.addAll(names);
  }
}
