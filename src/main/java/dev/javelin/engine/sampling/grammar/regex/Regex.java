package dev.javelin.engine.sampling.grammar.regex;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A parsed regular expression. */
public sealed interface Regex {
  /** One character of a set. */
  record Chars(CharSet set) implements Regex {}

  record Concat(List<Regex> parts) implements Regex {}

  record Choice(List<Regex> options) implements Regex {}

  /**
   * @param max {@link Expr#UNBOUNDED} for none
   */
  record Times(Regex body, int min, int max) implements Regex {}

  /** {@code ^}: nothing before. */
  record Start() implements Regex {}

  /** {@code $}: nothing after. */
  record End() implements Regex {}

  /**
   * @throws dev.javelin.engine.sampling.grammar.machine.GrammarException if it is malformed or uses
   *     what a finite automaton cannot do
   */
  static Regex parse(String pattern) {
    return new RegexParser(pattern).parse();
  }

  /** Whether an anchor is anywhere inside. */
  default boolean hasAnchor() {
    return switch (this) {
      case Chars _ -> false;
      case Concat(List<Regex> parts) -> parts.stream().anyMatch(Regex::hasAnchor);
      case Choice(List<Regex> options) -> options.stream().anyMatch(Regex::hasAnchor);
      case Times(Regex body, int _, int _) -> body.hasAnchor();
      case Start _, End _ -> true;
    };
  }

  /** Without the {@code ^} it begins with and the {@code $} it ends with, where it has both. */
  default Regex withoutOuterAnchors() {
    if (this instanceof Concat(List<Regex> parts)
        && parts.size() >= 2
        && parts.getFirst() instanceof Start
        && parts.getLast() instanceof End) {
      return new Concat(parts.subList(1, parts.size() - 1));
    }
    return this;
  }

  /** The automaton of the texts that match as a whole. */
  default Dfa whole(Budget budget) {
    return Dfa.of(this, false, budget);
  }

  /** The automaton of the texts in which a match is found anywhere. */
  default Dfa within(Budget budget) {
    return Dfa.of(this, true, budget);
  }

  /**
   * The whole match, for an expression without anchors. Repetitions stay counted.
   *
   * @param spelling how a character of a set is written
   */
  default Expr toExpr(Function<CharSet, Expr> spelling) {
    return switch (this) {
      case Chars(CharSet set) -> spelling.apply(set);
      case Concat(List<Regex> parts) -> {
        List<Expr> out = new ArrayList<>();
        parts.forEach(part -> out.add(part.toExpr(spelling)));
        yield Expr.seq(out.toArray(Expr[]::new));
      }
      case Choice(List<Regex> options) ->
          Expr.alt(options.stream().map(option -> option.toExpr(spelling)).toList());
      case Times(Regex body, int min, int max) -> new Expr.Repeat(body.toExpr(spelling), min, max);
      case Start _, End _ -> throw new IllegalStateException("an anchor is no text");
    };
  }
}
