package dev.javelin.engine.sampling.grammar.machine;

import java.util.List;

/**
 * Rules that refer to each other by their number.
 *
 * @param rules what each rule matches
 * @param names [rules] what messages call them
 * @param root the rule that a whole answer matches
 */
public record Grammar(List<Expr> rules, List<String> names, int root) {
  public Grammar {
    rules = List.copyOf(rules);
    names = List.copyOf(names);
  }

  /** A grammar of one rule. */
  public static Grammar of(Expr root) {
    return new Grammar(List.of(root), List.of("root"), 0);
  }
}
