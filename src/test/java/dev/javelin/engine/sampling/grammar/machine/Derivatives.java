package dev.javelin.engine.sampling.grammar.machine;

import dev.javelin.engine.sampling.grammar.machine.Expr.Repeat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The slow definition of what a grammar matches: what is left of an expression after one byte
 * (Brzozowski, 1964). Shares nothing with the automaton under test.
 */
final class Derivatives {
  private static final int BYTES = 256;

  private final Grammar grammar;
  private final IntPredicate isText;
  private final BitSet nullable = new BitSet();
  private final BitSet productive = new BitSet();

  /**
   * @param isText whether a token is text rather than a control token
   */
  Derivatives(Grammar grammar, IntPredicate isText) {
    this.grammar = grammar;
    this.isText = isText;
    for (int round = 0; round <= grammar.rules().size(); round++) {
      for (int r = 0; r < grammar.rules().size(); r++) {
        nullable.set(r, nullable(grammar.rules().get(r)));
        productive.set(r, matchesSome(grammar.rules().get(r)));
      }
    }
  }

  Expr root() {
    return new Expr.Ref(grammar.root());
  }

  /** What is left after a token, by its bytes or by its number. */
  Expr after(Expr expr, int token, byte[] text) {
    List<Expr> options = new ArrayList<>();
    addLive(options, after(expr, BYTES + token));
    if (isText.test(token)) {
      Expr left = expr;
      for (byte b : text) {
        left = after(left, b & 0xFF);
      }
      addLive(options, left);
    }
    return Expr.alt(options);
  }

  boolean nullable(Expr expr) {
    return switch (expr) {
      case Expr.Bytes _, Expr.Token _ -> false;
      case Expr.Seq(List<Expr> parts) -> parts.stream().allMatch(this::nullable);
      case Expr.Alt(List<Expr> options) -> options.stream().anyMatch(this::nullable);
      case Repeat(Expr body, int min, int _) -> min == 0 || nullable(body);
      case Expr.Ref(int rule) -> nullable.get(rule);
      case Expr.Graph _ -> throw new IllegalArgumentException("no graphs here");
    };
  }

  boolean matchesSome(Expr expr) {
    return switch (expr) {
      case Expr.Bytes(ByteSet set) -> !set.isEmpty();
      case Expr.Token _ -> true;
      case Expr.Seq(List<Expr> parts) -> parts.stream().allMatch(this::matchesSome);
      case Expr.Alt(List<Expr> options) -> options.stream().anyMatch(this::matchesSome);
      case Repeat(Expr body, int min, int _) -> min == 0 || matchesSome(body);
      case Expr.Ref(int rule) -> productive.get(rule);
      case Expr.Graph _ -> throw new IllegalArgumentException("no graphs here");
    };
  }

  /**
   * @param b a byte, or {@link #BYTES} more than a token
   */
  private Expr after(Expr expr, int b) {
    return switch (expr) {
      case Expr.Bytes(ByteSet set) -> b < BYTES && set.contains(b) ? Expr.EMPTY : Expr.NEVER;
      case Expr.Token(int id, boolean others) -> {
        boolean same = b == BYTES + id;
        boolean other = b >= BYTES && !same && isText.test(b - BYTES);
        yield (others ? other : same) ? Expr.EMPTY : Expr.NEVER;
      }
      case Expr.Seq(List<Expr> parts) -> {
        List<Expr> options = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
          List<Expr> rest = new ArrayList<>();
          rest.add(after(parts.get(i), b));
          rest.addAll(parts.subList(i + 1, parts.size()));
          addLive(options, Expr.seq(rest.toArray(Expr[]::new)));
          if (!nullable(parts.get(i))) {
            break;
          }
        }
        yield Expr.alt(options);
      }
      case Expr.Alt(List<Expr> alternatives) -> {
        List<Expr> options = new ArrayList<>();
        alternatives.forEach(each -> addLive(options, after(each, b)));
        yield Expr.alt(options);
      }
      case Repeat(Expr body, int min, int max) -> {
        if (max == 0) {
          yield Expr.NEVER;
        }
        int left = max == Expr.UNBOUNDED ? max : max - 1;
        yield Expr.seq(
            after(body, b), new Repeat(body, nullable(body) ? 0 : Math.max(0, min - 1), left));
      }
      case Expr.Ref(int rule) -> after(grammar.rules().get(rule), b);
      case Expr.Graph _ -> throw new IllegalArgumentException("no graphs here");
    };
  }

  private void addLive(List<Expr> options, Expr option) {
    if (option instanceof Expr.Alt(List<Expr> inner)) {
      inner.forEach(each -> addLive(options, each));
    } else if (matchesSome(option) && !options.contains(option)) {
      options.add(option);
    }
  }

  /** How many expressions {@code expr} is made of. */
  static int size(Expr expr) {
    return switch (expr) {
      case Expr.Bytes _, Expr.Token _, Expr.Ref _, Expr.Graph _ -> 1;
      case Expr.Seq(List<Expr> parts) -> 1 + parts.stream().mapToInt(Derivatives::size).sum();
      case Expr.Alt(List<Expr> options) -> 1 + options.stream().mapToInt(Derivatives::size).sum();
      case Repeat(Expr body, int _, int _) -> 1 + size(body);
    };
  }
}
