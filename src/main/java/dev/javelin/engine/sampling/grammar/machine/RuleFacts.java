package dev.javelin.engine.sampling.grammar.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * What holds for whole rules: which match some text, which the empty text, which some other. A
 * reference past the last rule means that rule's text without the empty one.
 */
final class RuleFacts {
  private enum Fact {
    SOME_TEXT,
    EMPTY_TEXT,
    OTHER_TEXT
  }

  private final Grammar grammar;
  private final int rules;
  private final List<List<Integer>> users;
  private final Map<Fact, BitSet> known = new EnumMap<>(Fact.class);

  RuleFacts(Grammar grammar) {
    this.grammar = grammar;
    rules = grammar.rules().size();
    users = users(grammar);
    for (Fact fact : Fact.values()) {
      known.put(fact, new BitSet());
      fixpoint(fact);
    }
  }

  private static List<List<Integer>> users(Grammar grammar) {
    List<List<Integer>> users = new ArrayList<>();
    for (int r = 0; r < grammar.rules().size(); r++) {
      users.add(new ArrayList<>());
    }
    for (int r = 0; r < grammar.rules().size(); r++) {
      int rule = r;
      forEachRef(grammar.rules().get(r), used -> users.get(used).add(rule));
    }
    return users;
  }

  private static void forEachRef(Expr expr, IntConsumer action) {
    switch (expr) {
      case Expr.Bytes _, Expr.Token _ -> {}
      case Expr.Seq(List<Expr> parts) -> parts.forEach(part -> forEachRef(part, action));
      case Expr.Alt(List<Expr> options) -> options.forEach(option -> forEachRef(option, action));
      case Expr.Repeat(Expr body, int _, int _) -> forEachRef(body, action);
      case Expr.Ref(int rule) -> action.accept(rule);
      case Expr.Graph(List<List<Expr.Arc>> arcs, BitSet _) ->
          arcs.forEach(from -> from.forEach(arc -> forEachRef(arc.label(), action)));
    }
  }

  private void fixpoint(Fact fact) {
    BitSet found = of(fact);
    Deque<Integer> open = new ArrayDeque<>();
    for (int r = 0; r < rules; r++) {
      open.add(r);
    }
    while (!open.isEmpty()) {
      int rule = open.poll();
      if (!found.get(rule) && holds(grammar.rules().get(rule), fact)) {
        found.set(rule);
        open.addAll(users.get(rule));
      }
    }
  }

  private BitSet of(Fact fact) {
    return Objects.requireNonNull(known.get(fact));
  }

  private boolean holds(Expr expr, Fact fact) {
    return switch (expr) {
      case Expr.Bytes(ByteSet set) -> fact != Fact.EMPTY_TEXT && !set.isEmpty();
      case Expr.Token _ -> fact != Fact.EMPTY_TEXT;
      case Expr.Seq(List<Expr> parts) ->
          fact == Fact.OTHER_TEXT
              ? parts.stream().allMatch(part -> holds(part, Fact.SOME_TEXT))
                  && parts.stream().anyMatch(part -> holds(part, Fact.OTHER_TEXT))
              : parts.stream().allMatch(part -> holds(part, fact));
      case Expr.Alt(List<Expr> options) -> options.stream().anyMatch(o -> holds(o, fact));
      case Expr.Repeat(Expr body, int min, int max) ->
          fact == Fact.OTHER_TEXT ? max != 0 && holds(body, fact) : min == 0 || holds(body, fact);
      case Expr.Ref(int rule) -> ref(rule, fact);
      case Expr.Graph(List<List<Expr.Arc>> arcs, BitSet accepting) ->
          switch (fact) {
            case SOME_TEXT -> true;
            case EMPTY_TEXT -> accepting.get(0);
            case OTHER_TEXT -> !arcs.getFirst().isEmpty();
          };
    };
  }

  private boolean ref(int rule, Fact fact) {
    if (rule < rules) {
      return of(fact).get(rule);
    }
    return fact != Fact.EMPTY_TEXT && of(Fact.OTHER_TEXT).get(rule - rules);
  }

  /** Whether it matches some text. */
  boolean productive(Expr expr) {
    return holds(expr, Fact.SOME_TEXT);
  }

  /** Whether it matches the empty text. */
  boolean nullable(Expr expr) {
    return holds(expr, Fact.EMPTY_TEXT);
  }

  /**
   * @throws GrammarException if a rule can reach itself before it has matched a byte
   */
  void refuseLeftRecursion() {
    int[] state = new int[rules];
    List<int[]> leftmost = new ArrayList<>();
    for (int r = 0; r < rules; r++) {
      List<Integer> refs = new ArrayList<>();
      leftmost(grammar.rules().get(r), refs);
      leftmost.add(refs.stream().mapToInt(Integer::intValue).toArray());
    }
    for (int r = 0; r < rules; r++) {
      visit(r, leftmost, state);
    }
  }

  /** Depth first with its own stack: 0 unseen, 1 on the path, 2 done. */
  private void visit(int from, List<int[]> leftmost, int[] state) {
    Deque<int[]> path = new ArrayDeque<>();
    if (state[from] == 0) {
      state[from] = 1;
      path.push(new int[] {from, 0});
    }
    while (!path.isEmpty()) {
      int[] top = path.peek();
      int[] next = leftmost.get(top[0]);
      if (top[1] == next.length) {
        state[top[0]] = 2;
        path.pop();
        continue;
      }
      int rule = next[top[1]++];
      if (state[rule] == 1) {
        throw new GrammarException(
            "the rule '%s' is left-recursive: it reaches itself before it matches anything; write it"
                    .formatted(grammar.names().get(rule))
                + " with repetition or recursion to the right");
      }
      if (state[rule] == 0) {
        state[rule] = 1;
        path.push(new int[] {rule, 0});
      }
    }
  }

  private void leftmost(Expr expr, List<Integer> refs) {
    switch (expr) {
      case Expr.Bytes _, Expr.Token _ -> {}
      case Expr.Seq(List<Expr> parts) -> {
        for (Expr part : parts) {
          leftmost(part, refs);
          if (!nullable(part)) {
            return;
          }
        }
      }
      case Expr.Alt(List<Expr> options) -> options.forEach(option -> leftmost(option, refs));
      case Expr.Repeat(Expr body, int _, int _) -> leftmost(body, refs);
      case Expr.Ref(int rule) -> refs.add(rule);
      case Expr.Graph(List<List<Expr.Arc>> arcs, BitSet _) ->
          arcs.getFirst().forEach(arc -> leftmost(arc.label(), refs));
    }
  }
}
