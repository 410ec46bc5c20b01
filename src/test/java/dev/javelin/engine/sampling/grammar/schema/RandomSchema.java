package dev.javelin.engine.sampling.grammar.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Schemas over every keyword that is enforced, nested up to a depth; the same for one seed. */
public final class RandomSchema {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("name", "age", "id", "tags", "a\"b", "größe", "x", "S_1", "kind", "parts");
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]{2,5}$", "[0-9]{3}", "^(foo|ba[rz])+", "\\d+-\\w", "^[^x\\s]*$", "é|ü", "a.c$");
  private static final List<String> NAME_PATTERNS = List.of("^S_", "[0-9]$", "^x-[a-c]+$");

  private final Random random;
  private int definitions;

  private RandomSchema(long seed) {
    random = new Random(seed);
  }

  public static String of(long seed, int depth) {
    RandomSchema made = new RandomSchema(seed);
    made.definitions = made.random.nextInt(3);
    ObjectNode root = made.schema(depth);
    if (made.definitions > 0) {
      ObjectNode defs = root.putObject("$defs");
      for (int i = 0; i < made.definitions; i++) {
        defs.set("d" + i, made.schema(Math.min(depth - 1, 2)));
      }
    }
    return root.toString();
  }

  private ObjectNode schema(int depth) {
    ObjectNode out = NODES.objectNode();
    if (depth <= 0) {
      leaf(out);
      return out;
    }
    switch (random.nextInt(12)) {
      case 0 -> some(out.putArray("anyOf"), depth);
      case 1 -> exclusive(out.putArray("oneOf"), depth);
      case 2 -> all(out, depth);
      case 3 -> {
        if (definitions > 0) {
          out.put("$ref", "#/$defs/d" + random.nextInt(definitions));
        } else {
          leaf(out);
        }
      }
      case 4, 5 -> array(out, depth);
      case 6, 7, 8, 9 -> object(out, depth);
      default -> leaf(out);
    }
    return out;
  }

  private void some(ArrayNode branches, int depth) {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      branches.add(schema(depth - 1));
    }
  }

  private void exclusive(ArrayNode branches, int depth) {
    if (random.nextBoolean()) {
      branches.addObject().put("type", "null");
      string(branches.addObject());
      ObjectNode array = branches.addObject();
      array(array, depth);
      return;
    }
    for (String kind : List.of("first", "second")) {
      ObjectNode branch = branches.addObject();
      object(branch, depth);
      ((ObjectNode) branch.withObject("/properties")).putObject("kind").put("const", kind);
      branch.withArray("/required").add("kind");
    }
  }

  private void all(ObjectNode out, int depth) {
    ArrayNode parts = out.putArray("allOf");
    if (random.nextBoolean()) {
      string(parts.addObject());
      parts.addObject().put("type", "string").put("minLength", 1);
      return;
    }
    object(parts.addObject(), depth);
    ObjectNode second = parts.addObject().put("type", "object");
    second.putObject("properties").set("extra", schema(depth - 1));
    second.putArray("required").add("extra");
    ((ObjectNode) parts.get(0)).remove("additionalProperties");
    ((ObjectNode) parts.get(0)).remove("maxProperties");
  }

  private void leaf(ObjectNode out) {
    switch (random.nextInt(9)) {
      case 0, 1 -> string(out);
      case 2 -> number(out, "integer");
      case 3 -> number(out, "number");
      case 4 -> out.put("type", "boolean");
      case 5 -> out.put("const", NAMES.get(random.nextInt(NAMES.size())));
      case 6 ->
          out.putArray("enum")
              .add("red")
              .add(7)
              .add(1.5)
              .addNull()
              .add(true)
              .addObject()
              .put("k", 1);
      case 7 -> out.putArray("type").add("string").add("null").add("integer");
      default ->
          out.put("type", "string")
              .put(
                  "format",
                  List.of("date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "uri")
                      .get(random.nextInt(8)));
    }
  }

  private void string(ObjectNode out) {
    out.put("type", "string");
    switch (random.nextInt(4)) {
      case 0 -> out.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 1 -> {
        int min = random.nextInt(6);
        out.put("minLength", min).put("maxLength", min + random.nextInt(40));
      }
      case 2 -> out.put("maxLength", 3 + random.nextInt(20)).put("pattern", "[a-f]");
      default -> {}
    }
  }

  private void number(ObjectNode out, String type) {
    out.put("type", type);
    int low = random.nextInt(400) - 200;
    switch (random.nextInt(5)) {
      case 0 -> out.put("minimum", low + 0.25);
      case 1 -> out.put("maximum", low);
      case 2 -> out.put("exclusiveMinimum", low).put("maximum", low + 1 + random.nextInt(500));
      case 3 -> out.put("minimum", low).put("exclusiveMaximum", low + 1.5).put("multipleOf", 0.5);
      default -> {}
    }
  }

  private void array(ObjectNode out, int depth) {
    out.put("type", "array");
    boolean prefix = random.nextInt(3) == 0;
    if (prefix) {
      some(out.putArray("prefixItems"), depth);
    }
    if (!prefix || random.nextBoolean()) {
      out.set("items", schema(depth - 1));
    } else {
      out.put("items", false);
    }
    int min = random.nextInt(prefix ? 1 : 3);
    if (random.nextBoolean()) {
      out.put("minItems", min);
    }
    if (random.nextBoolean()) {
      out.put("maxItems", min + random.nextInt(4));
    }
  }

  private void object(ObjectNode out, int depth) {
    out.put("type", "object");
    ObjectNode properties = out.putObject("properties");
    List<String> names = new ArrayList<>();
    for (int n = random.nextInt(5); n > 0; n--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      if (!properties.has(name)) {
        properties.set(name, schema(depth - 1));
        names.add(name);
      }
    }
    ArrayNode required = out.putArray("required");
    names.stream().filter(_ -> random.nextInt(3) > 0).forEach(required::add);
    switch (random.nextInt(6)) {
      case 0 -> out.put("additionalProperties", true);
      case 1 -> out.set("additionalProperties", schema(0));
      case 2 ->
          out.putObject("patternProperties")
              .set(NAME_PATTERNS.get(random.nextInt(NAME_PATTERNS.size())), schema(0));
      case 3 -> {
        out.put("additionalProperties", true);
        out.put("minProperties", required.size() + random.nextInt(3));
        out.put("maxProperties", names.size() + 3);
      }
      default -> out.put("additionalProperties", false);
    }
  }
}
