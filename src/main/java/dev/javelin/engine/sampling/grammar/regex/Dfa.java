package dev.javelin.engine.sampling.grammar.regex;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;

/**
 * A deterministic automaton over characters. Every state but the start leads to an accepting one.
 * Immutable.
 */
public final class Dfa {
  static final int DEAD = -1;

  /** [classes] characters that all transitions treat alike; together all characters. */
  private final List<CharSet> classes;

  /** [states][classes] the next state or {@link #DEAD}; the start is state 0. */
  private final int[][] next;

  private final BitSet accepting;

  Dfa(List<CharSet> classes, int[][] next, BitSet accepting) {
    this.classes = classes;
    this.next = next;
    this.accepting = accepting;
  }

  static Dfa of(Regex regex, boolean search, Budget budget) {
    return new Nfa(regex, search, budget).determinize().trimmed();
  }

  /** All texts of {@code min} to {@code max} characters; {@link Expr#UNBOUNDED} for no maximum. */
  public static Dfa ofLength(int min, int max, Budget budget) {
    return Dfa.of(new Regex.Times(new Regex.Chars(CharSet.ALL), min, max), false, budget);
  }

  /** Exactly these texts. */
  public static Dfa ofTexts(List<String> texts, Budget budget) {
    List<Regex> options = new ArrayList<>();
    for (String text : texts) {
      List<Regex> parts = new ArrayList<>();
      text.codePoints().forEach(c -> parts.add(new Regex.Chars(CharSet.range(c, c))));
      options.add(new Regex.Concat(parts));
    }
    return Dfa.of(new Regex.Choice(options), false, budget);
  }

  public boolean isEmpty() {
    return accepting.isEmpty();
  }

  public boolean accepts(String text) {
    int state = 0;
    for (int c : text.codePoints().toArray()) {
      int found = DEAD;
      for (int k = 0; k < classes.size(); k++) {
        if (classes.get(k).contains(c)) {
          found = next[state][k];
        }
      }
      if (found == DEAD) {
        return false;
      }
      state = found;
    }
    return accepting.get(state);
  }

  public Dfa intersect(Dfa other, Budget budget) {
    return product(other, budget, (a, b) -> a & b);
  }

  public Dfa minus(Dfa other, Budget budget) {
    return product(other, budget, (a, b) -> a & ~b);
  }

  /**
   * @param both of whether each accepts, 1 or 0; 0 for (0, 0) and (0, 1)
   */
  private Dfa product(Dfa other, Budget budget, IntBinaryOperator both) {
    List<CharSet> shared = new ArrayList<>();
    List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      for (int j = 0; j < other.classes.size(); j++) {
        CharSet common = classes.get(i).intersect(other.classes.get(j));
        if (!common.isEmpty()) {
          shared.add(common);
          parts.add(new int[] {i, j});
        }
      }
    }
    Map<Long, Integer> known = new HashMap<>();
    List<int[]> pairs = new ArrayList<>();
    List<int[]> rows = new ArrayList<>();
    BitSet ends = new BitSet();
    known.put(0L, 0);
    pairs.add(new int[] {0, 0});
    for (int s = 0; s < pairs.size(); s++) {
      int a = pairs.get(s)[0];
      int b = pairs.get(s)[1];
      budget.take(1 + parts.size() / 8);
      int accept = b == DEAD ? 0 : other.accepting.get(b) ? 1 : 0;
      if ((both.applyAsInt(accepting.get(a) ? 1 : 0, accept) & 1) != 0) {
        ends.set(s);
      }
      int[] row = new int[parts.size()];
      for (int k = 0; k < row.length; k++) {
        int toA = next[a][parts.get(k)[0]];
        int toB = b == DEAD ? DEAD : other.next[b][parts.get(k)[1]];
        if (toA == DEAD) {
          row[k] = DEAD;
          continue;
        }
        long key = (long) toA << 32 | (toB & 0xFFFFFFFFL);
        Integer found = known.get(key);
        if (found == null) {
          found = pairs.size();
          known.put(key, found);
          pairs.add(new int[] {toA, toB});
        }
        row[k] = found;
      }
      rows.add(row);
    }
    return new Dfa(shared, rows.toArray(int[][]::new), ends).trimmed();
  }

  /** Without states that lead nowhere, and with classes nobody tells apart joined. */
  private Dfa trimmed() {
    BitSet alive = alive();
    int[] number = new int[next.length];
    int count = 0;
    for (int s = 0; s < next.length; s++) {
      number[s] = s == 0 || alive.get(s) ? count++ : DEAD;
    }
    int[][] rows = new int[count][];
    BitSet ends = new BitSet();
    for (int s = 0; s < next.length; s++) {
      if (number[s] == DEAD) {
        continue;
      }
      int[] row = new int[classes.size()];
      for (int k = 0; k < row.length; k++) {
        row[k] = next[s][k] == DEAD ? DEAD : aliveOrDead(number, alive, next[s][k]);
      }
      rows[number[s]] = row;
      ends.set(number[s], accepting.get(s));
    }
    return joined(rows, ends);
  }

  private static int aliveOrDead(int[] number, BitSet alive, int state) {
    return alive.get(state) ? number[state] : DEAD;
  }

  private Dfa joined(int[][] rows, BitSet ends) {
    Map<List<Integer>, List<CharSet>> columns = new LinkedHashMap<>();
    for (int k = 0; k < classes.size(); k++) {
      int column = k;
      List<Integer> targets = Arrays.stream(rows).map(row -> row[column]).toList();
      columns.computeIfAbsent(targets, _ -> new ArrayList<>()).add(classes.get(k));
    }
    int[][] out = new int[rows.length][columns.size()];
    List<CharSet> sets = new ArrayList<>();
    for (Map.Entry<List<Integer>, List<CharSet>> column : columns.entrySet()) {
      for (int s = 0; s < rows.length; s++) {
        out[s][sets.size()] = column.getKey().get(s);
      }
      sets.add(CharSet.union(column.getValue()));
    }
    return new Dfa(sets, out, ends);
  }

  private BitSet alive() {
    List<List<Integer>> before = new ArrayList<>();
    for (int s = 0; s < next.length; s++) {
      before.add(new ArrayList<>());
    }
    for (int s = 0; s < next.length; s++) {
      for (int to : next[s]) {
        if (to != DEAD) {
          before.get(to).add(s);
        }
      }
    }
    BitSet alive = (BitSet) accepting.clone();
    List<Integer> open = new ArrayList<>(alive.stream().boxed().toList());
    while (!open.isEmpty()) {
      for (int s : before.get(open.removeLast())) {
        if (!alive.get(s)) {
          alive.set(s);
          open.add(s);
        }
      }
    }
    return alive;
  }

  /**
   * @param spelling how a character of a set is written; at most one spelling of each
   */
  public Expr toExpr(Function<CharSet, Expr> spelling, Budget budget) {
    if (isEmpty()) {
      return Expr.NEVER;
    }
    Map<CharSet, Expr> spelled = new HashMap<>();
    List<List<Expr.Arc>> arcs = new ArrayList<>();
    for (int[] row : next) {
      Map<Integer, List<CharSet>> byTarget = new LinkedHashMap<>();
      for (int k = 0; k < row.length; k++) {
        if (row[k] != DEAD) {
          byTarget.computeIfAbsent(row[k], _ -> new ArrayList<>()).add(classes.get(k));
        }
      }
      List<Expr.Arc> from = new ArrayList<>();
      byTarget.forEach(
          (target, sets) -> {
            budget.take(1);
            from.add(new Expr.Arc(spelled.computeIfAbsent(CharSet.union(sets), spelling), target));
          });
      arcs.add(from);
    }
    return new Expr.Graph(arcs, accepting);
  }
}
