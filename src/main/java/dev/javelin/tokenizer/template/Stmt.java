package dev.javelin.tokenizer.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement. */
sealed interface Stmt {
  int line();

  record Data(Str text, int line) implements Stmt {}

  record Print(Expr value, int line) implements Stmt {}

  record If(Expr condition, List<Stmt> then, List<Stmt> otherwise, int line) implements Stmt {}

  record For(
      Target target,
      Expr iterable,
      @Nullable Expr condition,
      List<Stmt> body,
      List<Stmt> otherwise,
      int line)
      implements Stmt {}

  record Set(Target target, Expr value, int line) implements Stmt {}

  /** Assigns what its body prints, after the filters. */
  record SetBlock(Target target, List<FilterStep> filters, List<Stmt> body, int line)
      implements Stmt {}

  record Macro(String name, Signature signature, List<Stmt> body, int line) implements Stmt {}

  record CallBlock(Expr call, Signature signature, List<Stmt> body, int line) implements Stmt {}

  record FilterBlock(List<FilterStep> filters, List<Stmt> body, int line) implements Stmt {}

  record With(List<Target> targets, List<Expr> values, List<Stmt> body, int line) implements Stmt {}

  /** {@code generation} and whatever else only opens a scope. */
  record Scoped(List<Stmt> body, int line) implements Stmt {}

  record Break(int line) implements Stmt {}

  record Continue(int line) implements Stmt {}

  /** A filter applied to the text of a block. */
  record FilterStep(String name, Expr.ArgumentList arguments) {}

  /** Parameters of a macro; the last {@code defaults.size()} of them have defaults. */
  record Signature(List<String> parameters, List<Expr> defaults) {}

  /** What can be assigned to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record NamespaceAttribute(String namespace, String attribute) implements Target {}

    record Unpack(List<Target> targets) implements Target {}
  }
}
