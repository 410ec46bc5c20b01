package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.ByteSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** From explored states to an expression. */
final class Automata {
  private Automata() {}

  /**
   * @param moves [states] from target to the bytes that lead there; the start is state 0
   */
  static Expr trimmed(List<Map<Integer, ByteSet>> moves, BitSet accepting) {
    BitSet alive = (BitSet) accepting.clone();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int s = moves.size() - 1; s >= 0; s--) {
        if (!alive.get(s) && moves.get(s).keySet().stream().anyMatch(alive::get)) {
          alive.set(s);
          changed = true;
        }
      }
    }
    if (!alive.get(0)) {
      return Expr.NEVER;
    }
    int[] number = new int[moves.size()];
    int count = 0;
    for (int s = 0; s < number.length; s++) {
      number[s] = alive.get(s) ? count++ : -1;
    }
    List<List<Expr.Arc>> arcs = new ArrayList<>();
    BitSet ends = new BitSet();
    for (int s = 0; s < number.length; s++) {
      if (!alive.get(s)) {
        continue;
      }
      ends.set(arcs.size(), accepting.get(s));
      List<Expr.Arc> out = new ArrayList<>();
      moves
          .get(s)
          .forEach(
              (target, set) -> {
                if (alive.get(target)) {
                  out.add(new Expr.Arc(new Expr.Bytes(set), number[target]));
                }
              });
      arcs.add(out);
    }
    return new Expr.Graph(arcs, ends);
  }
}
