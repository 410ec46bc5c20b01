package dev.javelin.engine.sampling.grammar.regex;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.CharSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A regular expression as a non-deterministic automaton (Thompson, 1968). Used once. */
final class Nfa {
  private enum Guard {
    NONE,
    AT_START,
    AT_END
  }

  /** A move without a character. */
  private record Jump(int target, Guard guard) {}

  private record Arc(CharSet set, int target) {}

  private final Budget budget;
  private final List<List<Jump>> jumps = new ArrayList<>();
  private final List<List<Arc>> arcs = new ArrayList<>();
  private final int start;
  private final int end;

  /**
   * @param search whether any text may stand before and after the match
   */
  Nfa(Regex regex, boolean search, Budget budget) {
    this.budget = budget;
    end = state();
    int last = end;
    if (search) {
      arcs.get(end).add(new Arc(CharSet.ALL, end));
    }
    int first = lay(regex, last);
    if (search) {
      int before = state();
      arcs.get(before).add(new Arc(CharSet.ALL, before));
      jump(before, first, Guard.NONE);
      first = before;
    }
    start = first;
  }

  private int state() {
    budget.take(1);
    jumps.add(new ArrayList<>(2));
    arcs.add(new ArrayList<>(1));
    return jumps.size() - 1;
  }

  private void jump(int from, int to, Guard guard) {
    jumps.get(from).add(new Jump(to, guard));
  }

  /** The state at which {@code regex} starts, which goes on to {@code next}. */
  private int lay(Regex regex, int next) {
    switch (regex) {
      case Regex.Chars(CharSet set) -> {
        int at = state();
        if (!set.isEmpty()) {
          arcs.get(at).add(new Arc(set, next));
        }
        return at;
      }
      case Regex.Concat(List<Regex> parts) -> {
        int at = next;
        for (int i = parts.size() - 1; i >= 0; i--) {
          at = lay(parts.get(i), at);
        }
        return at;
      }
      case Regex.Choice(List<Regex> options) -> {
        int at = state();
        for (Regex option : options) {
          jump(at, lay(option, next), Guard.NONE);
        }
        return at;
      }
      case Regex.Times(Regex body, int min, int max) -> {
        return times(body, min, max, next);
      }
      case Regex.Start _ -> {
        return guarded(next, Guard.AT_START);
      }
      case Regex.End _ -> {
        return guarded(next, Guard.AT_END);
      }
    }
  }

  private int guarded(int next, Guard guard) {
    int at = state();
    jump(at, next, guard);
    return at;
  }

  private int times(Regex body, int min, int max, int next) {
    int at = next;
    if (max == Expr.UNBOUNDED) {
      int again = state();
      jump(again, lay(body, again), Guard.NONE);
      jump(again, next, Guard.NONE);
      at = again;
    } else {
      for (int i = min; i < max; i++) {
        int optional = state();
        jump(optional, lay(body, at), Guard.NONE);
        jump(optional, next, Guard.NONE);
        at = optional;
      }
    }
    for (int i = 0; i < min; i++) {
      at = lay(body, at);
    }
    return at;
  }

  Dfa determinize() {
    List<CharSet> classes = classes();
    Map<BitSet, Integer> known = new HashMap<>();
    List<BitSet> states = new ArrayList<>();
    List<int[]> rows = new ArrayList<>();
    BitSet accepting = new BitSet();
    BitSet first = new BitSet();
    first.set(start);
    states.add(closure(first, Guard.AT_START));
    // The start is not known: a text that comes back to the same set is not at the start again.
    for (int s = 0; s < states.size(); s++) {
      BitSet inside = states.get(s);
      budget.take(1 + inside.cardinality() / 16);
      if (closure(inside, Guard.AT_END).get(end) || (s == 0 && closureBoth(first).get(end))) {
        accepting.set(s);
      }
      int[] row = new int[classes.size()];
      for (int k = 0; k < row.length; k++) {
        BitSet moved = move(inside, classes.get(k));
        if (moved.isEmpty()) {
          row[k] = Dfa.DEAD;
          continue;
        }
        BitSet target = closure(moved, Guard.NONE);
        Integer found = known.get(target);
        if (found == null) {
          found = states.size();
          known.put(target, found);
          states.add(target);
        }
        row[k] = found;
      }
      rows.add(row);
    }
    return new Dfa(classes, rows.toArray(int[][]::new), accepting);
  }

  private BitSet move(BitSet from, CharSet characters) {
    BitSet moved = new BitSet();
    int some = characters.edges()[0];
    for (int s = from.nextSetBit(0); s >= 0; s = from.nextSetBit(s + 1)) {
      for (Arc arc : arcs.get(s)) {
        if (arc.set().contains(some)) {
          moved.set(arc.target());
        }
      }
    }
    return moved;
  }

  private BitSet closureBoth(BitSet from) {
    return follow(from, Set.of(Guard.NONE, Guard.AT_START, Guard.AT_END));
  }

  private BitSet closure(BitSet from, Guard guard) {
    return follow(from, guard == Guard.NONE ? Set.of(Guard.NONE) : Set.of(Guard.NONE, guard));
  }

  private BitSet follow(BitSet from, Set<Guard> holding) {
    BitSet seen = (BitSet) from.clone();
    Deque<Integer> open = new ArrayDeque<>();
    from.stream().forEach(open::add);
    while (!open.isEmpty()) {
      for (Jump jump : jumps.get(open.poll())) {
        if (holding.contains(jump.guard()) && !seen.get(jump.target())) {
          seen.set(jump.target());
          open.add(jump.target());
        }
      }
    }
    return seen;
  }

  /** The coarsest classes of characters that every arc's set is made of. */
  private List<CharSet> classes() {
    Set<CharSet> sets = new LinkedHashSet<>();
    arcs.forEach(from -> from.forEach(arc -> sets.add(arc.set())));
    Map<BitSet, List<CharSet>> bySignature = new LinkedHashMap<>();
    int[] edges =
        Stream.concat(sets.stream(), Stream.of(CharSet.ALL))
            .flatMapToInt(set -> Arrays.stream(set.edges()))
            .sorted()
            .distinct()
            .toArray();
    for (int i = 0; i + 1 < edges.length; i++) {
      budget.take(1);
      BitSet signature = new BitSet();
      int n = 0;
      for (CharSet set : sets) {
        signature.set(n++, set.contains(edges[i]));
      }
      CharSet interval = CharSet.range(edges[i], edges[i + 1] - 1);
      if (!interval.isEmpty()) {
        bySignature.computeIfAbsent(signature, _ -> new ArrayList<>()).add(interval);
      }
    }
    return bySignature.values().stream().map(CharSet::union).toList();
  }
}
