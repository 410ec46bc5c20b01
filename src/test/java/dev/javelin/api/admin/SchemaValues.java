package dev.javelin.api.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random values that a schema of the OpenAPI document allows, and such that it does not. Names that
 * answers told before come again, so that calls meet what other calls made.
 */
final class SchemaValues {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int REMEMBERED = 40;
  private static final List<String> TEXTS =
      List.of("", "a", "x1", "default", "ünï ✓", "../..", "a b", "'; drop", "\u0000", "%2e", "1");

  private final JsonNode document;
  private final Random random;
  private final Map<String, List<String>> known = new HashMap<>();
  private final Map<String, String> preferred = new HashMap<>();
  private final Set<String> avoided = new HashSet<>();

  SchemaValues(JsonNode document, Random random) {
    this.document = document;
    this.random = random;
  }

  /** Remembers the texts and numbers of an answer by the names of their fields. */
  void learn(String name, JsonNode value) {
    if (value.isObject()) {
      value.properties().forEach(field -> learn(field.getKey(), field.getValue()));
    } else if (value.isArray()) {
      value.forEach(item -> learn(name, item));
    } else if (value.isString() || value.isIntegralNumber()) {
      learn(name, value.asString());
    }
  }

  void learn(String name, String value) {
    List<String> values = known.computeIfAbsent(name, _ -> new ArrayList<>());
    if (!values.contains(value) && !avoided.contains(value)) {
      if (values.size() == REMEMBERED) {
        values.set(random.nextInt(REMEMBERED), value);
      } else {
        values.add(value);
      }
    }
  }

  /** What a call must not name, so that the next calls can be made. */
  void avoid(String value) {
    avoided.add(value);
  }

  /** As {@link #learn}, and comes more often, until another is preferred. */
  void prefer(String name, String value) {
    learn(name, value);
    preferred.put(name, value);
  }

  /** Something told before under this name; null if nothing was, or now and then. */
  private @Nullable String told(String name) {
    List<String> values = known.getOrDefault(name, List.of());
    return switch (random.nextInt(5)) {
      case 0 -> null;
      case 1 -> values.isEmpty() ? null : values.get(random.nextInt(values.size()));
      default -> {
        String usual = preferred.get(name);
        yield usual != null || values.isEmpty() ? usual : values.get(random.nextInt(values.size()));
      }
    };
  }

  /**
   * For a parameter of a route: something that the list one level above told, or another answer
   * under this name, or what the schema allows.
   */
  String parameter(String route, String name, JsonNode schema) {
    String place = "{" + name + "}";
    int end = route.indexOf(place);
    List<String> listed =
        end < 0
            ? List.of()
            : known.getOrDefault(route.substring(0, end + place.length()), List.of());
    if (!listed.isEmpty() && random.nextInt(3) == 0) {
      return listed.get(random.nextInt(listed.size()));
    }
    String told = told(name);
    return told != null ? told : valid(name, schema).asString("null");
  }

  /** Something the schema allows. */
  JsonNode valid(String name, JsonNode given) {
    JsonNode schema = resolved(given);
    if (schema.has("anyOf")) {
      JsonNode choices = schema.path("anyOf");
      return valid(name, choices.get(random.nextInt(choices.size())));
    }
    if (schema.has("enum")) {
      return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
    }
    return switch (type(schema)) {
      case "object" -> object(schema);
      case "array" -> array(name, schema);
      case "string" -> NODES.stringNode(string(name, schema));
      case "integer" -> NODES.numberNode(integer(name, schema));
      case "number" -> NODES.numberNode((double) (float) (random.nextGaussian() * 2));
      case "boolean" -> NODES.booleanNode(random.nextBoolean());
      case "null" -> NODES.nullNode();
      default -> anything(2);
    };
  }

  private JsonNode resolved(JsonNode schema) {
    JsonNode reference = schema.path("$ref");
    return reference.isMissingNode() ? schema : document.at(reference.stringValue().substring(1));
  }

  private String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      return random.nextInt(8) == 0 ? type.get(type.size() - 1).stringValue() : firstType(type);
    }
    return type.asString("");
  }

  private static String firstType(JsonNode types) {
    for (JsonNode type : types) {
      if (!type.stringValue().equals("null")) {
        return type.stringValue();
      }
    }
    return "null";
  }

  private JsonNode object(JsonNode schema) {
    ObjectNode object = NODES.objectNode();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.stringValue()));
    for (var property : schema.path("properties").properties()) {
      if (required.contains(property.getKey()) || random.nextInt(5) < 2) {
        object.set(property.getKey(), valid(property.getKey(), property.getValue()));
      }
    }
    JsonNode more = schema.path("additionalProperties");
    for (int i = random.nextInt(3); i > 0 && more.isObject(); i--) {
      object.set(string("name", NODES.objectNode()), valid("value", more));
    }
    return object;
  }

  private JsonNode array(String name, JsonNode schema) {
    ArrayNode array = NODES.arrayNode();
    for (int i = random.nextInt(4); i > 0; i--) {
      JsonNode item = valid(name, schema.path("items"));
      if (!schema.path("uniqueItems").asBoolean(false)
          || array.values().stream().noneMatch(item::equals)) {
        array.add(item);
      }
    }
    return array;
  }

  private String string(String name, JsonNode schema) {
    List<String> tries = new ArrayList<>();
    String told = told(name);
    if (told != null) {
      tries.add(told);
    }
    String format = schema.path("format").asString("");
    tries.add(
        switch (format) {
          case "uuid" -> new UUID(random.nextLong(), random.nextLong()).toString();
          case "date-time" -> "2031-0%d-01T00:00:00Z".formatted(1 + random.nextInt(9));
          case "duration" -> "PT%dS".formatted(random.nextInt(3));
          default -> TEXTS.get(random.nextInt(TEXTS.size()));
        });
    tries.add("n" + random.nextInt(1000));
    tries.add("%064x".formatted(random.nextLong())); // a digest
    return tries.stream().filter(text -> allowed(text, schema)).findFirst().orElseThrow();
  }

  private static boolean allowed(String text, JsonNode schema) {
    return text.length() >= schema.path("minLength").asInt(0)
        && text.length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
        && Pattern.compile(schema.path("pattern").asString("")).matcher(text).find();
  }

  private long integer(String name, JsonNode schema) {
    boolean small = schema.path("format").asString("").equals("int32");
    long least = schema.path("minimum").asLong(small ? Integer.MIN_VALUE : Long.MIN_VALUE);
    long most = schema.path("maximum").asLong(small ? Integer.MAX_VALUE : Long.MAX_VALUE);
    String told = told(name);
    return switch (random.nextInt(8)) {
      case 0 -> least;
      case 1 -> most;
      case 2 -> Math.clamp(random.nextLong(), least, most);
      default -> Math.clamp(told == null ? random.nextInt(4) : number(told), least, most);
    };
  }

  private static long number(String text) {
    return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 1;
  }

  private JsonNode anything(int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.numberNode(random.nextInt(100));
      case 2 -> NODES.stringNode(TEXTS.get(random.nextInt(TEXTS.size())));
      case 3 -> NODES.booleanNode(true);
      case 4 -> NODES.arrayNode().add(anything(depth - 1));
      default -> NODES.objectNode().set("a", anything(depth - 1));
    };
  }

  /** Changes a valid object in one place; often, not always, the schema does not allow it then. */
  JsonNode spoiled(JsonNode valid) {
    if (!valid.isObject() || random.nextInt(12) == 0) {
      return anything(1);
    }
    ObjectNode object = (ObjectNode) valid;
    List<String> names = List.copyOf(object.propertyNames());
    if (names.isEmpty() || random.nextInt(6) == 0) {
      return object.put("unknown", 1);
    }
    String name = names.get(random.nextInt(names.size()));
    JsonNode value = object.get(name);
    switch (random.nextInt(value.isContainer() ? 5 : 4)) {
      case 0 -> object.remove(name);
      case 1 -> object.putNull(name);
      case 2 -> object.set(name, value.isNumber() ? far() : NODES.stringNode("x".repeat(5000)));
      case 3 -> object.set(name, anything(1));
      default -> object.set(name, value.isObject() ? spoiled(value) : NODES.arrayNode().addNull());
    }
    return object;
  }

  private JsonNode far() {
    return random.nextBoolean() ? NODES.numberNode(-1) : NODES.numberNode(9e18);
  }
}
