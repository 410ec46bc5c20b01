package dev.javelin.engine.sampling.grammar;

import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.sampling.grammar.gbnf.GbnfGrammar;
import dev.javelin.engine.sampling.grammar.machine.Automaton;
import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.Grammar;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import dev.javelin.engine.sampling.grammar.machine.Utf8;
import dev.javelin.engine.sampling.grammar.regex.Regex;
import dev.javelin.engine.sampling.grammar.schema.JsonSchemaGrammar;
import dev.javelin.tokenizer.Tokenizer;
import java.util.List;

/** Turns each kind of structured output into an automaton over bytes. */
public final class GrammarCompiler {
  /** Characters of a schema, pattern, grammar or all choices together. */
  static final int MAX_SOURCE = 256 * 1024;

  private GrammarCompiler() {}

  /**
   * @param tokenizer of the model, for tokens that a grammar names
   * @param dropsFirstSpace whether the space that the first token begins with is not in the answer
   * @throws GrammarException if it is malformed, cannot be enforced, matches nothing, or is past
   *     the budget
   */
  public static Automaton compile(
      StructuredOutput output, Tokenizer tokenizer, boolean dropsFirstSpace, Budget budget) {
    checkSize(output);
    try {
      return new Automaton(grammar(output, tokenizer, budget), dropsFirstSpace, budget);
    } catch (StackOverflowError e) {
      throw new GrammarException("the grammar nests too deep");
    }
  }

  private static Grammar grammar(StructuredOutput output, Tokenizer tokenizer, Budget budget) {
    return switch (output) {
      case StructuredOutput.JsonObject _ -> JsonSchemaGrammar.anyObject(budget);
      case StructuredOutput.JsonSchema(String schema) -> JsonSchemaGrammar.of(schema, budget);
      case StructuredOutput.Regex(String pattern) -> Grammar.of(regex(pattern, budget));
      case StructuredOutput.Choice(List<String> options) -> choice(options);
      case StructuredOutput.Gbnf(String source) -> GbnfGrammar.parse(source, tokenizer);
    };
  }

  private static Expr regex(String pattern, Budget budget) {
    Regex regex = Regex.parse(pattern).withoutOuterAnchors();
    return regex.hasAnchor()
        ? regex.whole(budget).toExpr(Utf8::oneOf, budget)
        : regex.toExpr(Utf8::oneOf);
  }

  private static Grammar choice(List<String> options) {
    if (options.isEmpty()) {
      throw new GrammarException("the list of choices is empty; give at least one");
    }
    return Grammar.of(Expr.alt(options.stream().map(Expr::text).toList()));
  }

  private static void checkSize(StructuredOutput output) {
    long size =
        switch (output) {
          case StructuredOutput.JsonObject _ -> 0;
          case StructuredOutput.JsonSchema(String schema) -> schema.length();
          case StructuredOutput.Regex(String pattern) -> pattern.length();
          case StructuredOutput.Choice(List<String> options) ->
              options.stream().mapToLong(String::length).sum();
          case StructuredOutput.Gbnf(String source) -> source.length();
        };
    if (size > MAX_SOURCE) {
      throw new GrammarException(
          "the structured output has %d characters; at most %d are allowed"
              .formatted(size, MAX_SOURCE));
    }
  }
}
