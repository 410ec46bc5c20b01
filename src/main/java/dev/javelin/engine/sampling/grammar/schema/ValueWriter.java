package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The JSON texts of the values that facets allow. */
final class ValueWriter {
  private final Texts texts;
  private final ValueCheck check;
  private final RuleBook rules;
  private final ObjectWriter objects;
  private final Budget budget;

  ValueWriter(Texts texts, ValueCheck check, RuleBook rules, ObjectWriter objects, Budget budget) {
    this.texts = texts;
    this.check = check;
    this.rules = rules;
    this.objects = objects;
    this.budget = budget;
  }

  Expr write(Facets facets) {
    List<Expr> options = new ArrayList<>();
    List<JsonNode> values = facets.values;
    if (values != null) {
      for (JsonNode value : values) {
        if (check.allows(facets, value)) {
          options.add(literal(value));
        }
      }
      return Expr.alt(options);
    }
    for (JsonType type : facets.types) {
      options.add(
          switch (type) {
            case NULL -> Expr.text("null");
            case BOOLEAN -> new Expr.Alt(List.of(Expr.text("true"), Expr.text("false")));
            case NUMBER ->
                JsonNumbers.between(
                    facets.lower, facets.upper, facets.divisor, facets.integer, budget);
            case STRING -> texts.string(facets);
            case ARRAY -> array(facets);
            case OBJECT -> objects.write(facets);
          });
    }
    return Expr.alt(options);
  }

  private Expr array(Facets facets) {
    if (facets.minItems > facets.maxItems) {
      return Expr.NEVER;
    }
    int prefix = Math.min(facets.prefixItems(), facets.maxItems);
    budget.take(prefix);
    boolean bounded = facets.maxItems != Integer.MAX_VALUE;
    int min = facets.minItems - prefix;
    int max = bounded ? facets.maxItems - prefix : Expr.UNBOUNDED;
    Expr item = new Expr.Ref(rules.of(facets.itemAt(prefix)));
    if (prefix == 0) {
      return JsonText.bracketed("[", JsonText.list(item, Math.max(1, min), max), min == 0, "]");
    }
    // From the last element to the first: each may end the array or go on.
    Expr tail = new Expr.Repeat(Expr.seq(JsonText.COMMA, item), Math.max(0, min), max);
    for (int i = prefix - 1; i > 0; i--) {
      Expr next = Expr.seq(JsonText.COMMA, new Expr.Ref(rules.of(facets.itemAt(i))), tail);
      tail = facets.minItems <= i ? Expr.optional(next) : next;
    }
    Expr elements = Expr.seq(new Expr.Ref(rules.of(facets.itemAt(0))), tail);
    return JsonText.bracketed("[", elements, facets.minItems == 0, "]");
  }

  private Expr literal(JsonNode value) {
    budget.take(1);
    return switch (JsonType.of(value)) {
      case NULL -> Expr.text("null");
      case BOOLEAN -> Expr.text(value.booleanValue() ? "true" : "false");
      case NUMBER -> Expr.text(number(value.decimalValue()));
      case STRING -> JsonText.string(value.stringValue());
      case ARRAY -> {
        List<Expr> parts = new ArrayList<>();
        for (JsonNode element : value.values()) {
          parts.add(parts.isEmpty() ? Expr.EMPTY : JsonText.COMMA);
          parts.add(literal(element));
        }
        yield JsonText.bracketed("[", Expr.seq(parts.toArray(Expr[]::new)), false, "]");
      }
      case OBJECT -> {
        List<Expr> parts = new ArrayList<>();
        Set<Map.Entry<String, JsonNode>> members = value.properties();
        for (Map.Entry<String, JsonNode> member : members) {
          parts.add(parts.isEmpty() ? Expr.EMPTY : JsonText.COMMA);
          parts.add(JsonText.string(member.getKey()));
          parts.add(JsonText.COLON);
          parts.add(literal(member.getValue()));
        }
        yield JsonText.bracketed("{", Expr.seq(parts.toArray(Expr[]::new)), false, "}");
      }
    };
  }

  private static String number(BigDecimal value) {
    return Math.abs((long) value.scale()) <= 20 ? value.toPlainString() : value.toString();
  }
}
