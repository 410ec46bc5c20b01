package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of a schema's grammar as they come about: one for each conjunction met. */
final class RuleBook {
  /** A rule that still has to be written. */
  record Open(int rule, Conjunction conjunction) {}

  private final List<Expr> rules = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> known = new HashMap<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private final Budget budget;

  RuleBook(Budget budget) {
    this.budget = budget;
  }

  /** The rule of the values that satisfy a conjunction, written later if it is new. */
  int of(Conjunction conjunction) {
    String key = conjunction.key();
    Integer found = known.get(key);
    if (found == null) {
      found = add(key.isEmpty() ? "any value" : key, Expr.NEVER);
      known.put(key, found);
      open.add(new Open(found, conjunction));
    }
    return found;
  }

  int add(String name, Expr expr) {
    budget.take(1);
    rules.add(expr);
    names.add(name);
    return rules.size() - 1;
  }

  void write(int rule, Expr expr) {
    rules.set(rule, expr);
  }

  @Nullable Open nextOpen() {
    return open.poll();
  }

  List<Expr> rules() {
    return rules;
  }

  List<String> names() {
    return names;
  }
}
