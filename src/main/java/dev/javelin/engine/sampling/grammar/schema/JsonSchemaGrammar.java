package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.Grammar;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Translates a JSON Schema into a grammar of which every text is valid against it. */
public final class JsonSchemaGrammar {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final Variants variants;
  private final Texts texts;
  private final ValueCheck check;
  private final Exclusion exclusion;
  private final RuleBook rules;
  private final ValueWriter writer;

  private JsonSchemaGrammar(SchemaDocument document, Budget budget) {
    variants = new Variants(document, budget);
    texts = new Texts(budget);
    check = new ValueCheck(variants, texts);
    exclusion = new Exclusion(variants, texts, check, budget);
    rules = new RuleBook(budget);
    writer = new ValueWriter(texts, check, rules, new ObjectWriter(texts, rules, budget), budget);
  }

  /**
   * @throws GrammarException if the schema is malformed, has a keyword that cannot be enforced
   *     (named with its JSON pointer), allows no value, or is too large
   */
  public static Grammar of(String schema, Budget budget) {
    JsonNode root;
    try {
      root = JSON.readTree(schema);
    } catch (JacksonException e) {
      throw new GrammarException("the schema is not JSON: " + e.getOriginalMessage());
    }
    if (!root.isObject() && !root.isBoolean()) {
      throw new GrammarException("the schema must be a JSON object, true or false");
    }
    SchemaDocument document = new SchemaDocument(root);
    return new JsonSchemaGrammar(document, budget).compile(document);
  }

  /** Any JSON object. */
  public static Grammar anyObject(Budget budget) {
    return of("{\"type\":\"object\"}", budget);
  }

  private Grammar compile(SchemaDocument document) {
    int root = rules.of(Conjunction.of(List.of(document.root())));
    for (RuleBook.Open open = rules.nextOpen(); open != null; open = rules.nextOpen()) {
      List<Expr> options = new ArrayList<>();
      if (!open.conjunction().isNever()) {
        for (Variants.Variant variant : variants.of(open.conjunction())) {
          exclusion.apply(variant);
          options.add(writer.write(variant.facets()));
        }
      }
      rules.write(open.rule(), Expr.alt(options));
    }
    return new Grammar(rules.rules(), rules.names(), root);
  }
}
