package dev.javelin.engine.sampling.grammar.schema;

import dev.javelin.engine.sampling.grammar.machine.Budget;
import dev.javelin.engine.sampling.grammar.machine.ByteSet;
import dev.javelin.engine.sampling.grammar.machine.Expr;
import dev.javelin.engine.sampling.grammar.machine.GrammarException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Numbers within bounds, digit by digit. Without bounds: up to 16 digits before and after the point
 * and an exponent of up to two digits. With bounds: no exponent, and as many digits as the bounds
 * need or 16.
 */
final class JsonNumbers {
  private static final int DIGITS = 16;

  /** Digits of a bound beyond which it is refused. */
  private static final int MAX_DIGITS = 60;

  /** Largest divisor, scaled to an integer, whose remainders are followed. */
  private static final int MAX_DIVISOR = 2000;

  static final Expr ANY_INTEGER = Expr.seq(Expr.optional(Expr.text("-")), whole());
  static final Expr ANY_NUMBER =
      Expr.seq(
          ANY_INTEGER,
          Expr.optional(Expr.seq(Expr.text("."), digits(1, DIGITS))),
          Expr.optional(
              Expr.seq(
                  new Expr.Bytes(ByteSet.of('e', 'E')),
                  Expr.optional(new Expr.Bytes(ByteSet.of('+', '-'))),
                  digits(1, 2))));

  private JsonNumbers() {}

  private static Expr whole() {
    return new Expr.Alt(
        List.of(
            Expr.text("0"),
            Expr.seq(new Expr.Bytes(ByteSet.range('1', '9')), digits(0, DIGITS - 1))));
  }

  private static Expr digits(int min, int max) {
    return new Expr.Repeat(new Expr.Bytes(ByteSet.range('0', '9')), min, max);
  }

  /** Where a value ends; the end itself may be left out. */
  record Bound(BigDecimal value, boolean exclusive) {
    Bound negated() {
      return new Bound(value.negate(), exclusive);
    }

    boolean isNegative() {
      return value.signum() < 0;
    }
  }

  /**
   * @param lower,upper null for none
   * @param divisor a positive number that divides the value, null for any
   * @throws GrammarException if a bound or the divisor has too many digits
   */
  static Expr between(
      @Nullable Bound lower,
      @Nullable Bound upper,
      @Nullable BigDecimal divisor,
      boolean integer,
      Budget budget) {
    if (lower == null && upper == null && divisor == null) {
      return integer ? ANY_INTEGER : ANY_NUMBER;
    }
    List<Expr> options = new ArrayList<>();
    if (upper == null || !upper.isNegative()) {
      Bound from = lower == null || lower.isNegative() ? null : lower;
      options.add(new JsonNumbers.Magnitude(from, upper, divisor, integer, budget).expr());
    }
    if (lower == null || lower.isNegative()) {
      // Zero is spelled without a sign.
      Bound from =
          upper == null || upper.value().signum() >= 0
              ? new Bound(BigDecimal.ZERO, true)
              : upper.negated();
      Bound to = lower == null ? null : lower.negated();
      options.add(
          Expr.seq(
              Expr.text("-"),
              new JsonNumbers.Magnitude(from, to, divisor, integer, budget).expr()));
    }
    return Expr.alt(options);
  }

  /** Non-negative decimals within bounds, as an automaton over their digits. */
  private static final class Magnitude {
    private enum Part {
      BEGIN,
      WHOLE,
      POINT,
      FRACTION
    }

    /**
     * @param digits read in this part
     * @param toLower,toUpper how what was read compares with as much of the bound
     * @param remainder of what was read, as an integer, by the scaled divisor
     */
    private record At(Part part, int digits, int toLower, int toUpper, int remainder) {}

    private final @Nullable Digits lower;
    private final @Nullable Digits upper;
    private final int divisor;
    private final int divisorScale;
    private final boolean integer;
    private final int mostWhole;
    private final int mostFraction;
    private final Budget budget;

    Magnitude(
        @Nullable Bound lower,
        @Nullable Bound upper,
        @Nullable BigDecimal divisor,
        boolean integer,
        Budget budget) {
      this.lower = lower == null ? null : new Digits(lower);
      this.upper = upper == null ? null : new Digits(upper);
      this.integer = integer;
      this.budget = budget;
      divisorScale = divisor == null ? 0 : Math.max(0, divisor.stripTrailingZeros().scale());
      this.divisor = divisor == null ? 1 : scaled(divisor, divisorScale);
      int whole = DIGITS;
      int fraction = DIGITS;
      if (this.lower != null) {
        whole = Math.max(whole, this.lower.whole.length() + 1);
        fraction = Math.max(fraction, this.lower.fraction.length() + 1);
      }
      if (this.upper != null) {
        fraction = Math.max(fraction, this.upper.fraction.length() + 1);
      }
      mostWhole = whole;
      mostFraction = divisor == null ? fraction : divisorScale;
    }

    private static int scaled(BigDecimal divisor, int scale) {
      BigInteger value = divisor.movePointRight(scale).toBigInteger();
      if (value.bitLength() > 31 || value.intValue() > MAX_DIVISOR) {
        throw new GrammarException(
            "multipleOf %s is too fine or too large to enforce; without its decimal point it may be"
                    .formatted(divisor)
                + " at most "
                + MAX_DIVISOR);
      }
      return value.intValue();
    }

    Expr expr() {
      Map<At, Integer> known = new HashMap<>();
      List<At> states = new ArrayList<>();
      List<Map<Integer, ByteSet>> moves = new ArrayList<>();
      BitSet accepting = new BitSet();
      At begin = new At(Part.BEGIN, 0, 0, 0, 0);
      known.put(begin, 0);
      states.add(begin);
      for (int s = 0; s < states.size(); s++) {
        budget.take(1);
        At at = states.get(s);
        accepting.set(s, accepts(at));
        Map<Integer, ByteSet> out = new LinkedHashMap<>();
        for (int b : ".0123456789".chars().toArray()) {
          At to = b == '.' ? point(at) : digit(at, b - '0');
          if (to != null) {
            Integer target = known.get(to);
            if (target == null) {
              target = states.size();
              known.put(to, target);
              states.add(to);
            }
            out.merge(target, ByteSet.of(b), (set, _) -> set.with(b));
          }
        }
        moves.add(out);
      }
      return Automata.trimmed(moves, accepting);
    }

    private @Nullable At point(At at) {
      if (integer || at.part != Part.WHOLE || mostFraction == 0) {
        return null;
      }
      return new At(
          Part.POINT,
          0,
          wholeComparison(lower, at.digits, at.toLower),
          wholeComparison(upper, at.digits, at.toUpper),
          at.remainder);
    }

    private @Nullable At digit(At at, int digit) {
      return switch (at.part) {
        case BEGIN, WHOLE -> {
          if (at.part == Part.WHOLE && (at.digits >= mostWhole || leadingZero(at))) {
            yield null;
          }
          // A lone zero is marked by a count of 0, so that nothing but a point follows it.
          int digits = at.part == Part.BEGIN && digit == 0 ? 0 : at.digits + 1;
          yield new At(
              Part.WHOLE,
              digits,
              compareWhole(lower, at.digits, at.toLower, digit),
              compareWhole(upper, at.digits, at.toUpper, digit),
              (at.remainder * 10 + digit) % divisor);
        }
        case POINT, FRACTION -> {
          if (at.digits >= mostFraction) {
            yield null;
          }
          yield new At(
              Part.FRACTION,
              at.digits + 1,
              compareFraction(lower, at.digits, at.toLower, digit),
              compareFraction(upper, at.digits, at.toUpper, digit),
              (at.remainder * 10 + digit) % divisor);
        }
      };
    }

    private static boolean leadingZero(At at) {
      return at.digits == 0;
    }

    private static int compareWhole(@Nullable Digits bound, int index, int so, int digit) {
      if (bound == null || so != 0) {
        return so;
      }
      return index < bound.whole.length()
          ? Integer.signum(digit - (bound.whole.charAt(index) - '0'))
          : 0;
    }

    /** Whole parts by their number of digits first; a lone zero is one digit. */
    private static int wholeComparison(@Nullable Digits bound, int digits, int so) {
      if (bound == null) {
        return 0;
      }
      int length = Math.max(1, digits);
      return length == bound.whole.length() ? so : Integer.signum(length - bound.whole.length());
    }

    private static int compareFraction(@Nullable Digits bound, int index, int so, int digit) {
      if (bound == null || so != 0) {
        return so;
      }
      int other = index < bound.fraction.length() ? bound.fraction.charAt(index) - '0' : 0;
      return Integer.signum(digit - other);
    }

    private boolean accepts(At at) {
      if (at.part == Part.BEGIN || at.part == Part.POINT) {
        return false;
      }
      int fraction = at.part == Part.FRACTION ? at.digits : 0;
      int remainder = at.remainder;
      for (int i = fraction; i < divisorScale; i++) {
        remainder = remainder * 10 % divisor;
      }
      return remainder == 0
          && (lower == null || satisfies(finalComparison(lower, at, at.toLower), 1, lower))
          && (upper == null || satisfies(finalComparison(upper, at, at.toUpper), -1, upper));
    }

    private static boolean satisfies(int comparison, int wanted, Digits bound) {
      return comparison == wanted || (comparison == 0 && !bound.exclusive);
    }

    private static int finalComparison(Digits bound, At at, int so) {
      boolean fraction = at.part == Part.FRACTION;
      int comparison = fraction ? so : wholeComparison(bound, at.digits, so);
      int read = fraction ? at.digits : 0;
      // The bound's last digit is no zero: if some are unread, the value is smaller.
      return comparison == 0 && read < bound.fraction.length() ? -1 : comparison;
    }
  }

  /** A bound's digits; the fraction without trailing zeros. */
  private static final class Digits {
    final String whole;
    final String fraction;
    final boolean exclusive;

    Digits(Bound bound) {
      BigDecimal value = bound.value();
      if (value.signum() != 0
          && (Math.abs((long) value.scale()) > MAX_DIGITS
              || value.precision() - (long) value.scale() > MAX_DIGITS)) {
        throw new GrammarException(
            "the bound %s has more than %d digits".formatted(value, MAX_DIGITS));
      }
      String plain =
          Objects.requireNonNull(value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros())
              .toPlainString();
      int point = plain.indexOf('.');
      whole = point < 0 ? plain : plain.substring(0, point);
      fraction = point < 0 ? "" : plain.substring(point + 1);
      exclusive = bound.exclusive();
    }
  }
}
