package dev.javelin.engine.sampling.grammar.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Small grammars over the letters a, b and c and some tokens, many of them ambiguous, nullable or
 * recursive.
 */
final class RandomGrammar {
  private final Random random;
  private final int[] tokens;
  private int rules;

  /**
   * @param tokens that it may name; none: it names none
   */
  RandomGrammar(Random random, int... tokens) {
    this.random = random;
    this.tokens = tokens;
  }

  Grammar next() {
    rules = 1 + random.nextInt(4);
    List<Expr> bodies = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int r = 0; r < rules; r++) {
      bodies.add(expr(3));
      names.add("rule" + r);
    }
    return new Grammar(bodies, names, 0);
  }

  private Expr expr(int depth) {
    if (tokens.length > 0 && random.nextInt(4) == 0) {
      return new Expr.Token(tokens[random.nextInt(tokens.length)], random.nextInt(3) == 0);
    }
    int kind = random.nextInt(depth == 0 ? 3 : 9);
    return switch (kind) {
      case 0, 1 -> new Expr.Bytes(set());
      case 2 -> new Expr.Ref(random.nextInt(rules));
      case 3, 4, 5 -> new Expr.Seq(list(depth));
      case 6, 7 -> new Expr.Alt(list(depth));
      default -> {
        int min = random.nextInt(3);
        int max =
            switch (random.nextInt(4)) {
              case 0 -> Expr.UNBOUNDED;
              case 1 -> min + 30;
              default -> min + random.nextInt(3);
            };
        yield new Expr.Repeat(expr(depth - 1), min, max);
      }
    };
  }

  private ByteSet set() {
    ByteSet set = ByteSet.of('a' + random.nextInt(3));
    return random.nextInt(3) == 0 ? set.with('a' + random.nextInt(3)) : set;
  }

  private List<Expr> list(int depth) {
    List<Expr> out = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      out.add(expr(depth - 1));
    }
    return out;
  }
}
