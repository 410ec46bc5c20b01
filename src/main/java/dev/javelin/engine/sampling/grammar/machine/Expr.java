package dev.javelin.engine.sampling.grammar.machine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What a rule matches, in bytes and tokens: the one form every front end translates to. Immutable.
 */
public sealed interface Expr {
  /** The empty text. */
  Expr EMPTY = new Seq(List.of());

  /** No text at all. */
  Expr NEVER = new Alt(List.of());

  /** {@code max} of a repetition without an upper bound. */
  int UNBOUNDED = -1;

  /** One byte of a set. */
  record Bytes(ByteSet set) implements Expr {}

  /**
   * One token as such, whatever its bytes.
   *
   * @param others any token of text but {@code id}
   */
  record Token(int id, boolean others) implements Expr {}

  /** One after the other. */
  record Seq(List<Expr> parts) implements Expr {
    public Seq {
      parts = List.copyOf(parts);
    }
  }

  /** Any one of them. */
  record Alt(List<Expr> options) implements Expr {
    public Alt {
      options = List.copyOf(options);
    }
  }

  /**
   * @param min,max how often, both allowed; {@code max} may be {@link #UNBOUNDED}
   */
  record Repeat(Expr body, int min, int max) implements Expr {
    public Repeat {
      if (min < 0 || (max != UNBOUNDED && max < min)) {
        throw new IllegalArgumentException("repeat {%d,%d}".formatted(min, max));
      }
    }
  }

  /** What the rule of that number matches. */
  record Ref(int rule) implements Expr {}

  /**
   * A finite automaton whose arcs are expressions. Every state must lead to an accepting one.
   *
   * @param arcs [states] what leads where; the start is state 0
   */
  record Graph(List<List<Arc>> arcs, BitSet accepting) implements Expr {
    public Graph {
      arcs = arcs.stream().map(List::copyOf).toList();
    }
  }

  /**
   * @param label matches no empty text
   */
  record Arc(Expr label, int target) {}

  static Expr text(String text) {
    List<Expr> parts = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      parts.add(new Bytes(ByteSet.of(b & 0xFF)));
    }
    return new Seq(parts);
  }

  /** A sequence with nested sequences spliced in; never if a part is. */
  static Expr seq(Expr... parts) {
    List<Expr> flat = new ArrayList<>();
    for (Expr part : parts) {
      if (part.equals(NEVER)) {
        return NEVER;
      }
      if (part instanceof Seq(List<Expr> inner)) {
        flat.addAll(inner);
      } else {
        flat.add(part);
      }
    }
    return flat.size() == 1 ? flat.getFirst() : new Seq(flat);
  }

  static Expr alt(List<Expr> options) {
    return options.size() == 1 ? options.getFirst() : new Alt(options);
  }

  static Expr optional(Expr body) {
    return new Repeat(body, 0, 1);
  }
}
