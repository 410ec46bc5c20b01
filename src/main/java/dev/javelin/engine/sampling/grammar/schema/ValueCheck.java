package dev.javelin.engine.sampling.grammar.schema;

import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Whether one value satisfies schemas: for the values of enum and const. */
final class ValueCheck {
  private final Variants variants;
  private final Texts texts;

  ValueCheck(Variants variants, Texts texts) {
    this.variants = variants;
    this.texts = texts;
  }

  boolean allows(Conjunction conjunction, JsonNode value) {
    return !conjunction.isNever()
        && variants.of(conjunction).stream().anyMatch(each -> allows(each, value));
  }

  private boolean allows(Variants.Variant variant, JsonNode value) {
    return allows(variant.facets(), value)
        && variant.others().stream()
            .noneMatch(other -> allows(Conjunction.of(Set.of(other.branch())), value));
  }

  boolean allows(Facets facets, JsonNode value) {
    JsonType type = JsonType.of(value);
    if (!facets.types.contains(type)) {
      return false;
    }
    if (facets.values != null
        && facets.values.stream().noneMatch(each -> JsonType.same(each, value))) {
      return false;
    }
    return switch (type) {
      case NULL, BOOLEAN -> true;
      case NUMBER -> number(facets, value.decimalValue());
      case STRING -> texts.of(facets).accepts(value.stringValue());
      case ARRAY -> array(facets, value);
      case OBJECT -> object(facets, value);
    };
  }

  private static boolean number(Facets facets, BigDecimal value) {
    return (!facets.integer || JsonType.isInteger(value))
        && (facets.lower == null || beyond(value, facets.lower, 1))
        && (facets.upper == null || beyond(value, facets.upper, -1))
        && (facets.divisor == null || value.remainder(facets.divisor).signum() == 0);
  }

  private static boolean beyond(BigDecimal value, JsonNumbers.Bound bound, int side) {
    int order = value.compareTo(bound.value());
    return order == side || (order == 0 && !bound.exclusive());
  }

  private boolean array(Facets facets, JsonNode value) {
    if (value.size() < facets.minItems || value.size() > facets.maxItems) {
      return false;
    }
    for (int i = 0; i < value.size(); i++) {
      if (!allows(facets.itemAt(i), value.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean object(Facets facets, JsonNode value) {
    if (value.size() < facets.minProperties || value.size() > facets.maxProperties) {
      return false;
    }
    for (String name : facets.required) {
      if (!value.has(name)) {
        return false;
      }
    }
    for (var entry : value.properties()) {
      @Nullable String name = entry.getKey();
      Conjunction member = facets.member(name, texts.matching(facets.patterns(), name));
      if (!allows(member, entry.getValue())) {
        return false;
      }
    }
    return true;
  }
}
