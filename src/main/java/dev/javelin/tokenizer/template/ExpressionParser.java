package dev.javelin.tokenizer.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Recursive descent over Jinja's expressions, loosest binding first. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> NOT_A_TEST_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "in", "not");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** One expression or, with commas, a tuple without parentheses. */
  Expr tuple(boolean conditional) {
    Expr first = conditional ? expression() : or();
    if (!tokens.atOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (atEndOfTuple()) {
        break;
      }
      items.add(conditional ? expression() : or());
    }
    return new Expr.Sequence(items, true);
  }

  private boolean atEndOfTuple() {
    return tokens.at(Token.Kind.BLOCK_END)
        || tokens.at(Token.Kind.PRINT_END)
        || tokens.atOperator(")")
        || tokens.atName("in");
  }

  Expr expression() {
    tokens.enter();
    Expr value = or();
    while (tokens.skipName("if")) {
      Expr condition = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expr.Conditional(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      left = new Expr.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      left = new Expr.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expr operand = not();
    tokens.leave();
    return new Expr.Not(operand);
  }

  private Expr comparison() {
    int line = tokens.line();
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operators.add(tokens.next().text());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (tokens.atName("not") && tokens.peekNext().is(Token.Kind.NAME, "in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expr.Comparison(first, operators, others, line);
  }

  private Expr sum() {
    Expr left = concat();
    while (tokens.atOperator("+") || tokens.atOperator("-")) {
      Token operator = tokens.next();
      left = new Expr.Arithmetic(operator.text(), left, concat(), operator.line());
    }
    return left;
  }

  private Expr concat() {
    Expr first = product();
    if (!tokens.atOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expr.Concat(parts);
  }

  private Expr product() {
    Expr left = power();
    while (tokens.atOperator("*")
        || tokens.atOperator("/")
        || tokens.atOperator("//")
        || tokens.atOperator("%")) {
      Token operator = tokens.next();
      left = new Expr.Arithmetic(operator.text(), left, power(), operator.line());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (tokens.atOperator("**")) {
      Token operator = tokens.next();
      left = new Expr.Arithmetic(operator.text(), left, unary(true), operator.line());
    }
    return left;
  }

  private Expr unary(boolean withFilters) {
    tokens.enter();
    Expr value;
    if (tokens.skipOperator("-")) {
      value = new Expr.Sign(true, unary(false));
    } else if (tokens.skipOperator("+")) {
      value = new Expr.Sign(false, unary(false));
    } else {
      value = postfix(primary());
    }
    if (withFilters) {
      value = filters(value);
    }
    tokens.leave();
    return value;
  }

  private Expr primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> strings(token.text());
      case INTEGER -> new Expr.Literal(integer(token.text()));
      case FLOAT -> new Expr.Literal(new Value.Real(Double.parseDouble(token.text())));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parenthesis();
            case "[" -> new Expr.Sequence(items("]"), false);
            case "{" -> dict();
            default -> throw tokens.error("unexpected " + token.describe());
          };
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END ->
          throw tokens.error("expected an expression, found " + token.describe());
    };
  }

  private static Expr name(String name) {
    return switch (name) {
      case "true", "True" -> new Expr.Literal(Value.Bool.TRUE);
      case "false", "False" -> new Expr.Literal(Value.Bool.FALSE);
      case "none", "None" -> new Expr.Literal(Value.None.NONE);
      default -> new Expr.Name(name);
    };
  }

  private Expr strings(String first) {
    StringBuilder text = new StringBuilder(first);
    while (tokens.at(Token.Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return new Expr.Literal(Str.trusted(text.toString()));
  }

  private static Value.Int integer(String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    int radix =
        digits.startsWith("0x")
            ? 16
            : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
    return new Value.Int(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
  }

  private Expr parenthesis() {
    if (tokens.skipOperator(")")) {
      return new Expr.Sequence(List.of(), true);
    }
    Expr inner = tuple(true);
    tokens.expectOperator(")");
    return inner;
  }

  private List<Expr> items(String close) {
    List<Expr> items = new ArrayList<>();
    while (!tokens.skipOperator(close)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(close)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expr dict() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
    }
    return new Expr.Dict(keys, values);
  }

  private Expr postfix(Expr start) {
    Expr value = start;
    while (true) {
      int line = tokens.line();
      if (tokens.skipOperator(".")) {
        Token name = tokens.next();
        value =
            switch (name.kind()) {
              case NAME -> new Expr.Attribute(value, name.text(), line);
              case INTEGER -> new Expr.Item(value, new Expr.Literal(integer(name.text())), line);
              case FLOAT,
                  STRING,
                  OPERATOR,
                  DATA,
                  PRINT_BEGIN,
                  PRINT_END,
                  BLOCK_BEGIN,
                  BLOCK_END,
                  END ->
                  throw tokens.error("expected a name after '.', found " + name.describe());
            };
      } else if (tokens.skipOperator("[")) {
        value = subscript(value, line);
      } else if (tokens.atOperator("(")) {
        value = new Expr.Call(value, arguments(), line);
      } else {
        return value;
      }
    }
  }

  private Expr subscript(Expr object, int line) {
    Expr start = tokens.atOperator(":") ? null : tuple(true);
    if (start != null && tokens.skipOperator("]")) {
      return new Expr.Item(object, start, line);
    }
    tokens.expectOperator(":");
    Expr stop = tokens.atOperator(":") || tokens.atOperator("]") ? null : expression();
    Expr step = tokens.skipOperator(":") && !tokens.atOperator("]") ? expression() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(object, start, stop, step, line);
  }

  Expr filters(Expr start) {
    Expr value = start;
    while (true) {
      int line = tokens.line();
      if (tokens.skipOperator("|")) {
        String name = dottedName();
        value = new Expr.Filter(value, name, optionalArguments(), line);
      } else if (tokens.skipName("is")) {
        value = test(value, line);
      } else if (tokens.atOperator("(")) {
        value = new Expr.Call(value, arguments(), line);
      } else {
        return value;
      }
    }
  }

  Expr.ArgumentList optionalArguments() {
    return tokens.atOperator("(") ? arguments() : Expr.ArgumentList.NONE;
  }

  String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Token.Kind.NAME, "a name").text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Token.Kind.NAME, "a name").text());
    }
    return name.toString();
  }

  private Expr test(Expr input, int line) {
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Expr.ArgumentList arguments = Expr.ArgumentList.NONE;
    if (tokens.atOperator("(")) {
      arguments = arguments();
    } else if (startsTestArgument()) {
      Expr argument = postfix(primary());
      arguments = new Expr.ArgumentList(List.of(argument), List.of(), List.of(), null, null);
    }
    Expr test = new Expr.Test(input, name, arguments, line);
    return negated ? new Expr.Not(test) : test;
  }

  private boolean startsTestArgument() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NAME -> !NOT_A_TEST_ARGUMENT.contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  private Expr.ArgumentList arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Expr> named = new ArrayList<>();
    @Nullable Expr spread = null;
    @Nullable Expr namedSpread = null;
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("**")) {
        namedSpread = expression();
      } else if (tokens.skipOperator("*")) {
        spread = expression();
      } else if (tokens.at(Token.Kind.NAME) && tokens.peekNext().is(Token.Kind.OPERATOR, "=")) {
        names.add(tokens.next().text());
        tokens.next();
        named.add(expression());
      } else if (names.isEmpty() && spread == null && namedSpread == null) {
        positional.add(expression());
      } else {
        throw tokens.error("a positional argument follows a named one");
      }
    }
    return new Expr.ArgumentList(positional, names, named, spread, namedSpread);
  }
}
