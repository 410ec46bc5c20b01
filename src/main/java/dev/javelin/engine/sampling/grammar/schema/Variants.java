package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Takes schemas apart into the ways to satisfy them: references and allOf are followed, each choice
 * of anyOf and oneOf is a way of its own.
 */
final class Variants {
  private static final int MAX_VARIANTS = 512;

  /**
   * One way to satisfy a conjunction.
   *
   * @param others what a oneOf's other branches ask: no value generated may satisfy them too
   */
  record Variant(Facets facets, List<Other> others) {}

  /**
   * @param where the schema with the oneOf
   */
  record Other(Subschema branch, Subschema where) {}

  /** A schema on the way in, and those that led to it without a step into the value. */
  private record Entry(Subschema schema, Set<String> path) {
    Entry to(Subschema next) {
      Set<String> longer = new HashSet<>(path);
      longer.add(schema.pointer());
      return new Entry(next, longer);
    }
  }

  private record Choice(Subschema where, boolean exclusive, List<Entry> branches) {}

  private static final class Partial {
    final Set<String> seen;
    final List<Subschema> leaves;
    final Deque<Choice> choices;
    final List<Other> others;

    Partial(Set<String> seen, List<Subschema> leaves, Deque<Choice> choices, List<Other> others) {
      this.seen = new HashSet<>(seen);
      this.leaves = new ArrayList<>(leaves);
      this.choices = new ArrayDeque<>(choices);
      this.others = new ArrayList<>(others);
    }

    Partial copy() {
      return new Partial(seen, leaves, choices, others);
    }
  }

  private final SchemaDocument document;
  private final Budget budget;

  Variants(SchemaDocument document, Budget budget) {
    this.document = document;
    this.budget = budget;
  }

  /**
   * @return none if nothing can satisfy the conjunction
   * @throws GrammarException if a keyword cannot be enforced, or a reference leads back to itself
   *     without a step into the value
   */
  List<Variant> of(Conjunction conjunction) {
    List<Entry> entries = new ArrayList<>();
    conjunction.parts().forEach(part -> entries.add(new Entry(part, Set.of())));
    List<Variant> out = new ArrayList<>();
    expand(entries, new Partial(Set.of(), List.of(), new ArrayDeque<>(), List.of()), out);
    return out;
  }

  private void expand(List<Entry> entries, Partial partial, List<Variant> out) {
    Deque<Entry> open = new ArrayDeque<>(entries);
    while (!open.isEmpty()) {
      Entry entry = open.poll();
      Subschema schema = entry.schema();
      if (entry.path().contains(schema.pointer())) {
        throw new GrammarException(
            "the schema at %s refers to itself without a step into the value"
                .formatted(schema.pointer()));
      }
      if (!partial.seen.add(schema.pointer())) {
        continue;
      }
      budget.take(1);
      if (schema.isNever()) {
        return;
      }
      if (schema.node().isBoolean()) {
        continue;
      }
      if (!schema.node().isObject()) {
        throw new GrammarException(
            "the schema at %s must be an object, true or false".formatted(schema.pointer()));
      }
      partial.leaves.add(schema);
      follow(entry, open, partial);
    }
    Choice choice = partial.choices.poll();
    if (choice != null) {
      choose(choice, partial, out);
      return;
    }
    if (out.size() == MAX_VARIANTS) {
      throw new GrammarException(
          "anyOf and oneOf combine to more than %d ways to satisfy %s"
              .formatted(MAX_VARIANTS, partial.leaves.getFirst().pointer()));
    }
    Facets facets = new Facets();
    partial.leaves.forEach(leaf -> KeywordReader.read(leaf, facets));
    out.add(new Variant(facets, partial.others));
  }

  private void follow(Entry entry, Deque<Entry> open, Partial partial) {
    Subschema schema = entry.schema();
    @Nullable JsonNode ref = schema.get("$ref");
    if (ref != null) {
      open.add(entry.to(document.resolve(schema, schema.string("$ref", ref))));
    }
    @Nullable JsonNode all = schema.get("allOf");
    if (all != null) {
      schema.list("allOf", all).forEach(part -> open.add(entry.to(part)));
    }
    for (String keyword : List.of("anyOf", "oneOf")) {
      @Nullable JsonNode some = schema.get(keyword);
      if (some != null) {
        List<Entry> branches = schema.list(keyword, some).stream().map(entry::to).toList();
        partial.choices.add(new Choice(schema, keyword.equals("oneOf"), branches));
      }
    }
  }

  private void choose(Choice choice, Partial partial, List<Variant> out) {
    for (Entry branch : choice.branches()) {
      Partial copy = partial.copy();
      if (choice.exclusive()) {
        for (Entry other : choice.branches()) {
          if (other != branch) {
            copy.others.add(new Other(other.schema(), choice.where()));
          }
        }
      }
      expand(List.of(branch), copy, out);
    }
  }
}
