package dev.javelin.engine.sampling.grammar.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Schemas that hold together. Equal sets are equal, which is where recursion of a schema meets
 * itself again.
 *
 * @param parts by pointer; none: any value
 */
record Conjunction(List<Subschema> parts) {
  static final Conjunction ANY = new Conjunction(List.of());

  static Conjunction of(Collection<Subschema> schemas) {
    TreeMap<String, Subschema> sorted = new TreeMap<>();
    for (Subschema schema : schemas) {
      if (!schema.node().isBoolean() || schema.isNever()) {
        sorted.put(schema.pointer(), schema);
      }
    }
    return sorted.isEmpty() ? ANY : new Conjunction(new ArrayList<>(sorted.values()));
  }

  boolean isNever() {
    return parts.stream().anyMatch(Subschema::isNever);
  }

  /** Names it in messages and maps. */
  String key() {
    return String.join(" & ", parts.stream().map(Subschema::pointer).toList());
  }
}
