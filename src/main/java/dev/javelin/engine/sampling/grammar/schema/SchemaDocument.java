package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A schema and what its references name. */
final class SchemaDocument {
  private static final int MAX_DEPTH = 100;
  private static final Set<String> NO_SCHEMAS = Set.of("enum", "const", "default", "examples");

  private final Subschema root;
  private final Map<String, Subschema> anchors = new HashMap<>();
  private final String id;

  /**
   * @throws GrammarException if it nests too deep, or declares an identity of its own inside
   */
  SchemaDocument(JsonNode schema) {
    root = new Subschema(schema, "#");
    JsonNode given = schema.get("$id");
    id = given != null && given.isString() ? given.stringValue() : "";
    collect(root, 0);
  }

  Subschema root() {
    return root;
  }

  private void collect(Subschema at, int depth) {
    if (depth > MAX_DEPTH) {
      throw new GrammarException(
          "the schema nests deeper than %d levels at %s".formatted(MAX_DEPTH, at.pointer()));
    }
    JsonNode node = at.node();
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(at.child(String.valueOf(i), node.get(i)), depth + 1);
      }
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      if (entry.getKey().equals("$anchor") && value.isString()) {
        anchors.put(value.stringValue(), at);
      }
      if (!NO_SCHEMAS.contains(entry.getKey()) && value.isContainer()) {
        collect(at.child(entry.getKey(), value), depth + 1);
      }
    }
  }

  /**
   * The schema that {@code from}'s {@code $ref} names.
   *
   * @throws GrammarException if it is not in this document
   */
  Subschema resolve(Subschema from, String ref) {
    String fragment = fragment(from, ref);
    if (fragment.isEmpty()) {
      return root;
    }
    Subschema found = fragment.startsWith("/") ? pointed(fragment) : anchors.get(fragment);
    if (found == null) {
      throw from.error("$ref", "names '%s', which is not in the schema".formatted(ref));
    }
    return found;
  }

  private String fragment(Subschema from, String ref) {
    String local = !id.isEmpty() && ref.startsWith(id) ? ref.substring(id.length()) : ref;
    if (local.isEmpty()) {
      return "";
    }
    if (local.charAt(0) != '#') {
      throw from.error(
          "$ref", "names '%s'; only references inside the schema are supported".formatted(ref));
    }
    try {
      return URLDecoder.decode(local.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw from.error("$ref", "is '%s', which is no reference".formatted(ref));
    }
  }

  private @Nullable Subschema pointed(String pointer) {
    Subschema at = root;
    for (String part : pointer.substring(1).split("/", -1)) {
      String name = part.replace("~1", "/").replace("~0", "~");
      JsonNode node = at.node();
      JsonNode next = node.isArray() ? element(node, name) : node.get(name);
      if (next == null) {
        return null;
      }
      at = at.child(name, next);
    }
    return at;
  }

  private static @Nullable JsonNode element(JsonNode array, String index) {
    try {
      return array.get(Integer.parseInt(index));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
