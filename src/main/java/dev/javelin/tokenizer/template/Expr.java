package dev.javelin.tokenizer.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression. */
sealed interface Expr {
  record Literal(Value value) implements Expr {}

  record Name(String name) implements Expr {}

  record Sequence(List<Expr> items, boolean tuple) implements Expr {}

  record Dict(List<Expr> keys, List<Expr> values) implements Expr {}

  record Attribute(Expr object, String name, int line) implements Expr {}

  record Item(Expr object, Expr key, int line) implements Expr {}

  record Slice(
      Expr object, @Nullable Expr start, @Nullable Expr stop, @Nullable Expr step, int line)
      implements Expr {}

  record Call(Expr callee, ArgumentList arguments, int line) implements Expr {}

  record Filter(Expr input, String name, ArgumentList arguments, int line) implements Expr {}

  record Test(Expr input, String name, ArgumentList arguments, int line) implements Expr {}

  record Not(Expr operand) implements Expr {}

  record Sign(boolean negative, Expr operand) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  record Arithmetic(String operator, Expr left, Expr right, int line) implements Expr {}

  record Concat(List<Expr> parts) implements Expr {}

  /** {@code first op1 second op2 third}, each neighbour compared. */
  record Comparison(Expr first, List<String> operators, List<Expr> others, int line)
      implements Expr {}

  /**
   * @param otherwise null gives undefined
   */
  record Conditional(Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}

  /** What stands between the parentheses of a call; spread is {@code *list} or {@code **dict}. */
  record ArgumentList(
      List<Expr> positional,
      List<String> names,
      List<Expr> named,
      @Nullable Expr spread,
      @Nullable Expr namedSpread) {
    static final ArgumentList NONE = new ArgumentList(List.of(), List.of(), List.of(), null, null);
  }
}
