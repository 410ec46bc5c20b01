package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.regex.Dfa;
import dev.javelin.engine.sampling.grammar.schema.JsonNumbers.Bound;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Keeps what a oneOf's branch generates out of the other branches: by proof that no such value
 * satisfies them, or by leaving out the values that do.
 */
final class Exclusion {
  private static final int MAX_DEPTH = 8;

  private final Variants variants;
  private final Texts texts;
  private final ValueCheck check;
  private final Budget budget;

  Exclusion(Variants variants, Texts texts, ValueCheck check, Budget budget) {
    this.variants = variants;
    this.texts = texts;
    this.check = check;
    this.budget = budget;
  }

  /**
   * Narrows {@code variant}'s facets until no value satisfies another branch.
   *
   * @throws dev.javelin.engine.sampling.grammar.machine.GrammarException naming oneOf where that
   *     cannot be done
   */
  void apply(Variants.Variant variant) {
    Facets facets = variant.facets();
    for (Variants.Other other : variant.others()) {
      Conjunction branch = Conjunction.of(List.of(other.branch()));
      if (branch.isNever()) {
        continue;
      }
      if (facets.values != null) {
        facets.values = facets.values.stream().filter(v -> !check.allows(branch, v)).toList();
        continue;
      }
      for (Variants.Variant each : variants.of(branch)) {
        if (!narrow(facets, each.facets())) {
          throw other
              .where()
              .error(
                  "oneOf",
                  "cannot be enforced: a value could satisfy the branch %s too; make the branches"
                          .formatted(other.branch().pointer())
                      + " disjoint (a const or another type in each), or use anyOf");
        }
      }
    }
  }

  private boolean narrow(Facets facets, Facets other) {
    for (JsonType type : EnumSet.copyOf(common(facets, other))) {
      if (apart(facets, other, type, 0)) {
        continue;
      }
      if (type == JsonType.STRING) {
        texts.leaveOut(facets, strings(other));
      } else {
        return false;
      }
    }
    return true;
  }

  private static Set<JsonType> common(Facets a, Facets b) {
    EnumSet<JsonType> common = EnumSet.noneOf(JsonType.class);
    common.addAll(a.types);
    common.retainAll(b.types);
    return common;
  }

  /** Whether no value generated for {@code a} satisfies {@code b}. */
  private boolean apart(Conjunction a, Conjunction b, int depth) {
    if (a.isNever() || b.isNever()) {
      return true;
    }
    if (depth > MAX_DEPTH || a.parts().isEmpty() || b.parts().isEmpty()) {
      return false;
    }
    budget.take(1);
    for (Variants.Variant left : variants.of(a)) {
      for (Variants.Variant right : variants.of(b)) {
        for (JsonType type : common(left.facets(), right.facets())) {
          if (!apart(left.facets(), right.facets(), type, depth + 1)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private boolean apart(Facets a, Facets b, JsonType type, int depth) {
    if (a.values != null || b.values != null) {
      List<JsonNode> values = a.values != null ? a.values : b.values;
      Facets other = a.values != null ? b : a;
      return values == null
          || values.stream().noneMatch(v -> JsonType.of(v) == type && check.allows(other, v));
    }
    return switch (type) {
      case NULL, BOOLEAN -> false;
      case NUMBER -> beyond(a.lower, b.upper) || beyond(b.lower, a.upper);
      case STRING -> strings(a).intersect(strings(b), budget).isEmpty();
      case ARRAY -> arraysApart(a, b, depth);
      case OBJECT -> objectsApart(a, b, depth);
    };
  }

  private Dfa strings(Facets facets) {
    List<JsonNode> values = facets.values;
    if (values == null) {
      return texts.of(facets);
    }
    return Dfa.ofTexts(
        values.stream().filter(JsonNode::isString).map(JsonNode::stringValue).toList(), budget);
  }

  private static boolean beyond(@Nullable Bound lower, @Nullable Bound upper) {
    if (lower == null || upper == null) {
      return false;
    }
    BigDecimal from = lower.value();
    int order = from.compareTo(upper.value());
    return order > 0 || (order == 0 && (lower.exclusive() || upper.exclusive()));
  }

  private boolean arraysApart(Facets a, Facets b, int depth) {
    if (a.minItems > b.maxItems || b.minItems > a.maxItems) {
      return true;
    }
    for (int i = 0; i < Math.min(Math.max(a.minItems, b.minItems), 16); i++) {
      if (apart(a.itemAt(i), b.itemAt(i), depth)) {
        return true;
      }
    }
    return false;
  }

  private boolean objectsApart(Facets a, Facets b, int depth) {
    if (a.minProperties > b.maxProperties || b.minProperties > a.maxProperties) {
      return true;
    }
    for (String name : b.required) {
      if (!a.generatesMore() && !a.names().contains(name) && a.patterns().isEmpty()) {
        return true;
      }
      if (apart(member(a, name), member(b, name), depth)) {
        return true;
      }
    }
    for (String name : a.required) {
      if (apart(member(a, name), member(b, name), depth)) {
        return true;
      }
    }
    return false;
  }

  private Conjunction member(Facets facets, String name) {
    return facets.member(name, texts.matching(facets.patterns(), name));
  }
}
