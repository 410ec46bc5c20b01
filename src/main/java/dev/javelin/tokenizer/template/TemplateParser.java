package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Statements: what stands between {@code {%} and {@code %}}, and the text around. */
final class TemplateParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int loops;

  private TemplateParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Stmt> parse(String source) {
    TemplateParser parser = new TemplateParser(new TokenStream(Lexer.tokenize(source)));
    List<Stmt> statements = parser.body(Set.of());
    if (!parser.tokens.at(Token.Kind.END)) {
      throw parser.tokens.error("unexpected " + parser.tokens.peek().describe());
    }
    return statements;
  }

  /** Statements up to, not including, the name of one of the ends. */
  private List<Stmt> body(Set<String> ends) {
    tokens.enter();
    List<Stmt> statements = new ArrayList<>();
    while (!tokens.at(Token.Kind.END)) {
      Token token = tokens.next();
      int line = token.line();
      switch (token.kind()) {
        case DATA -> statements.add(new Stmt.Data(Str.trusted(token.text()), line));
        case PRINT_BEGIN -> {
          statements.add(new Stmt.Print(expressions.tuple(true), line));
          tokens.expect(Token.Kind.PRINT_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          if (tokens.at(Token.Kind.NAME) && ends.contains(tokens.peek().text())) {
            tokens.leave();
            return statements;
          }
          statements.add(statement(line));
        }
        case PRINT_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END ->
            throw tokens.error("unexpected " + token.describe());
      }
    }
    tokens.leave();
    if (!ends.isEmpty()) {
      throw tokens.error(
          "a block is not closed; expected one of " + ends.stream().sorted().toList());
    }
    return statements;
  }

  private Stmt statement(int line) {
    String name = tokens.expect(Token.Kind.NAME, "the name of a block").text();
    return switch (name) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "set" -> set(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" -> {
        endOfBlock();
        yield new Stmt.Scoped(closedBody("endgeneration"), line);
      }
      case "break" -> {
        checkInLoop(name);
        yield new Stmt.Break(line);
      }
      case "continue" -> {
        checkInLoop(name);
        yield new Stmt.Continue(line);
      }
      default -> throw tokens.error("the block '" + name + "' is unknown or out of place");
    };
  }

  private void checkInLoop(String name) {
    if (loops == 0) {
      throw tokens.error("'" + name + "' outside a loop");
    }
    endOfBlock();
  }

  private void endOfBlock() {
    tokens.expect(Token.Kind.BLOCK_END, "'%}'");
  }

  private List<Stmt> closedBody(String end) {
    List<Stmt> body = body(Set.of(end));
    tokens.expectName(end);
    endOfBlock();
    return body;
  }

  private Stmt conditional(int line) {
    Expr condition = expressions.tuple(true);
    endOfBlock();
    List<Stmt> then = body(Set.of("elif", "else", "endif"));
    List<Stmt> otherwise = List.of();
    int nextLine = tokens.line();
    if (tokens.skipName("elif")) {
      tokens.enter();
      otherwise = List.of(conditional(nextLine));
      tokens.leave();
      return new Stmt.If(condition, then, otherwise, line);
    }
    if (tokens.skipName("else")) {
      endOfBlock();
      otherwise = body(Set.of("endif"));
    }
    tokens.expectName("endif");
    endOfBlock();
    return new Stmt.If(condition, then, otherwise, line);
  }

  private Stmt loop(int line) {
    Stmt.Target target = target();
    tokens.expectName("in");
    Expr iterable = expressions.tuple(false);
    Expr condition = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.atName("recursive")) {
      throw tokens.error("recursive loops are not supported; use a macro that calls itself");
    }
    endOfBlock();
    loops++;
    List<Stmt> body = body(Set.of("else", "endfor"));
    loops--;
    List<Stmt> otherwise = List.of();
    if (tokens.skipName("else")) {
      endOfBlock();
      otherwise = body(Set.of("endfor"));
    }
    tokens.expectName("endfor");
    endOfBlock();
    return new Stmt.For(target, iterable, condition, body, otherwise, line);
  }

  private Stmt.Target target() {
    Stmt.Target first = singleTarget();
    if (!tokens.atOperator(",")) {
      return first;
    }
    List<Stmt.Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (!tokens.at(Token.Kind.NAME) && !tokens.atOperator("(") || tokens.atName("in")) {
        break;
      }
      targets.add(singleTarget());
    }
    return new Stmt.Target.Unpack(targets);
  }

  private Stmt.Target singleTarget() {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Stmt.Target inner = target();
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expect(Token.Kind.NAME, "a variable").text();
    if (tokens.skipOperator(".")) {
      String attribute = tokens.expect(Token.Kind.NAME, "an attribute").text();
      return new Stmt.Target.NamespaceAttribute(name, attribute);
    }
    return new Stmt.Target.Variable(name);
  }

  private Stmt set(int line) {
    Stmt.Target target = target();
    if (tokens.skipOperator("=")) {
      Expr value = expressions.tuple(true);
      endOfBlock();
      return new Stmt.Set(target, value, line);
    }
    List<Stmt.FilterStep> filters = new ArrayList<>();
    while (tokens.skipOperator("|")) {
      filters.add(filterStep());
    }
    endOfBlock();
    return new Stmt.SetBlock(target, filters, closedBody("endset"), line);
  }

  private Stmt.FilterStep filterStep() {
    String name = expressions.dottedName();
    return new Stmt.FilterStep(name, expressions.optionalArguments());
  }

  private Stmt filterBlock(int line) {
    List<Stmt.FilterStep> filters = new ArrayList<>(List.of(filterStep()));
    while (tokens.skipOperator("|")) {
      filters.add(filterStep());
    }
    endOfBlock();
    return new Stmt.FilterBlock(filters, closedBody("endfilter"), line);
  }

  private Stmt macro(int line) {
    String name = tokens.expect(Token.Kind.NAME, "the name of the macro").text();
    Stmt.Signature signature = signature();
    endOfBlock();
    return new Stmt.Macro(name, signature, functionBody("endmacro"), line);
  }

  private Stmt callBlock(int line) {
    Stmt.Signature signature =
        tokens.atOperator("(") ? signature() : new Stmt.Signature(List.of(), List.of());
    Expr call = expressions.expression();
    if (!(call instanceof Expr.Call)) {
      throw tokens.error("a call block needs a call");
    }
    endOfBlock();
    return new Stmt.CallBlock(call, signature, functionBody("endcall"), line);
  }

  private List<Stmt> functionBody(String end) {
    int outerLoops = loops;
    loops = 0;
    List<Stmt> body = closedBody(end);
    loops = outerLoops;
    return body;
  }

  private Stmt.Signature signature() {
    tokens.expectOperator("(");
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      parameters.add(tokens.expect(Token.Kind.NAME, "a parameter").text());
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.error("a parameter without default follows one with a default");
      }
    }
    return new Stmt.Signature(parameters, defaults);
  }

  private Stmt with(int line) {
    List<Stmt.Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.at(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(singleTarget());
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    endOfBlock();
    return new Stmt.With(targets, values, closedBody("endwith"), line);
  }
}
