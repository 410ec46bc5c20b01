package dev.javelin.tokenizer.template;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions in one rendering. */
final class Evaluator {
  private final Budget budget;
  private final ZonedDateTime now;
  private int line = 1;

  Evaluator(Budget budget, ZonedDateTime now) {
    this.budget = budget;
    this.now = now;
  }

  Budget budget() {
    return budget;
  }

  ZonedDateTime now() {
    return now;
  }

  /** Where the rendering is. */
  int line() {
    return line;
  }

  void moveTo(int newLine) {
    line = newLine;
  }

  Value evaluate(Expr expression, Scope scope) {
    budget.step();
    return switch (expression) {
      case Expr.Literal(Value value) -> value;
      case Expr.Name(String name) -> name(name, scope);
      case Expr.Sequence(List<Expr> items, boolean tuple) ->
          tuple ? ListValue.tuple(all(items, scope)) : ListValue.of(all(items, scope));
      case Expr.Dict dict -> dict(dict, scope);
      case Expr.Attribute(Expr object, String name, int at) -> {
        Value value = evaluate(object, scope);
        line = at;
        yield Members.attribute(value, name);
      }
      case Expr.Item(Expr object, Expr key, int at) -> {
        Value value = evaluate(object, scope);
        Value index = evaluate(key, scope);
        line = at;
        yield Members.item(value, index);
      }
      case Expr.Slice slice -> slice(slice, scope);
      case Expr.Call call -> call(call, scope);
      case Expr.Filter(Expr input, String name, Expr.ArgumentList arguments, int at) -> {
        Value value = evaluate(input, scope);
        Arguments given = arguments(arguments, scope);
        line = at;
        yield filter(name, value, given);
      }
      case Expr.Test(Expr input, String name, Expr.ArgumentList arguments, int at) -> {
        Value value = evaluate(input, scope);
        Arguments given = arguments(arguments, scope);
        line = at;
        yield Value.Bool.of(test(name, value, given));
      }
      case Expr.Not(Expr operand) -> Value.Bool.of(!evaluate(operand, scope).truthy());
      case Expr.Sign(boolean negative, Expr operand) ->
          Operators.arithmetic(negative ? "-" : "+", Value.Int.of(0), evaluate(operand, scope));
      case Expr.And(Expr left, Expr right) -> {
        Value value = evaluate(left, scope);
        yield value.truthy() ? evaluate(right, scope) : value;
      }
      case Expr.Or(Expr left, Expr right) -> {
        Value value = evaluate(left, scope);
        yield value.truthy() ? value : evaluate(right, scope);
      }
      case Expr.Arithmetic(String operator, Expr left, Expr right, int at) -> {
        Value a = evaluate(left, scope);
        Value b = evaluate(right, scope);
        line = at;
        yield charged(Operators.arithmetic(operator, a, b));
      }
      case Expr.Concat(List<Expr> parts) -> {
        StrBuilder text = new StrBuilder();
        for (Expr part : parts) {
          text.append(PythonText.str(evaluate(part, scope)));
        }
        yield charged(text.build());
      }
      case Expr.Comparison comparison -> comparison(comparison, scope);
      case Expr.Conditional(Expr condition, Expr then, @Nullable Expr otherwise) ->
          evaluate(condition, scope).truthy()
              ? evaluate(then, scope)
              : otherwise == null
                  ? new Value.Undefined("an inline if without else gave no value")
                  : evaluate(otherwise, scope);
    };
  }

  /** Counts what an operation produced. */
  private Value charged(Value value) {
    budget.allocate(
        switch (value) {
          case Str text -> text.text().length();
          case ListValue list -> list.items().size();
          case DictValue dict -> dict.entries().size();
          case Value.Int v -> 1;
          case Value.Real v -> 1;
          case Value.Bool v -> 1;
          case Value.None v -> 1;
          case Value.Undefined v -> 1;
          case Namespace v -> 1;
          case LoopValue v -> 1;
          case Callable v -> 1;
        });
    return value;
  }

  private static Value name(String name, Scope scope) {
    Value value = scope.find(name);
    return value == null ? new Value.Undefined("'" + name + "' is undefined") : value;
  }

  private List<Value> all(List<Expr> expressions, Scope scope) {
    List<Value> values = new ArrayList<>(expressions.size());
    for (Expr expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Value dict(Expr.Dict dict, Scope scope) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (int i = 0; i < dict.keys().size(); i++) {
      entries.put(evaluate(dict.keys().get(i), scope), evaluate(dict.values().get(i), scope));
    }
    return DictValue.of(entries);
  }

  private Value slice(Expr.Slice slice, Scope scope) {
    Value object = evaluate(slice.object(), scope);
    Integer start = bound(slice.start(), scope);
    Integer stop = bound(slice.stop(), scope);
    Integer step = bound(slice.step(), scope);
    line = slice.line();
    return charged(Members.slice(object, start, stop, step == null ? 1 : step));
  }

  private @Nullable Integer bound(@Nullable Expr expression, Scope scope) {
    if (expression == null) {
      return null;
    }
    Value value = evaluate(expression, scope);
    if (value instanceof Value.None) {
      return null;
    }
    if (value instanceof Value.Int number) {
      return Operators.clamp(number.value());
    }
    throw new EvaluationException("a slice needs integers, given " + value.typeName());
  }

  private Value comparison(Expr.Comparison comparison, Scope scope) {
    Value left = evaluate(comparison.first(), scope);
    for (int i = 0; i < comparison.operators().size(); i++) {
      Value right = evaluate(comparison.others().get(i), scope);
      line = comparison.line();
      if (!holds(comparison.operators().get(i), left, right)) {
        return Value.Bool.FALSE;
      }
      left = right;
    }
    return Value.Bool.TRUE;
  }

  static boolean holds(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> Operators.equal(left, right);
      case "!=" -> !Operators.equal(left, right);
      case "in" -> Operators.contains(right, left);
      case "not in" -> !Operators.contains(right, left);
      default -> {
        Operators.requireDefined(left);
        Operators.requireDefined(right);
        int order = Operators.compare(left, right);
        yield switch (operator) {
          case "<" -> order < 0;
          case "<=" -> order <= 0;
          case ">" -> order > 0;
          case ">=" -> order >= 0;
          default -> throw new EvaluationException("no comparison '" + operator + "'");
        };
      }
    };
  }

  Value call(Expr.Call call, Scope scope) {
    Value callee = evaluate(call.callee(), scope);
    Arguments arguments = arguments(call.arguments(), scope);
    line = call.line();
    Value result = call(callee, arguments);
    line = call.line();
    return result;
  }

  Value call(Value callee, Arguments arguments) {
    if (callee instanceof Callable callable) {
      return charged(callable.body().call(this, arguments));
    }
    Operators.requireDefined(callee);
    throw new EvaluationException("a value of type " + callee.typeName() + " cannot be called");
  }

  Arguments arguments(Expr.ArgumentList list, Scope scope) {
    List<Value> positional = all(list.positional(), scope);
    Map<String, Value> named = new LinkedHashMap<>();
    for (int i = 0; i < list.names().size(); i++) {
      named.put(list.names().get(i), evaluate(list.named().get(i), scope));
    }
    if (list.spread() != null) {
      positional.addAll(Operators.iterate(evaluate(list.spread(), scope)));
    }
    if (list.namedSpread() != null) {
      if (!(evaluate(list.namedSpread(), scope) instanceof DictValue dict)) {
        throw new EvaluationException("'**' needs a dictionary");
      }
      dict.entries().forEach((key, value) -> named.put(PythonText.str(key).text(), value));
    }
    return new Arguments(positional, named);
  }

  Value filter(String name, Value input, Arguments arguments) {
    BuiltinTable.Builtin filter = Filters.find(name);
    if (filter == null) {
      throw new EvaluationException("there is no filter named '" + name + "'");
    }
    budget.step();
    return charged(filter.apply(this, input, arguments));
  }

  boolean test(String name, Value input, Arguments arguments) {
    BuiltinTable.Builtin test = Predicates.TABLE.find(name);
    if (test == null) {
      throw new EvaluationException("there is no test named '" + name + "'");
    }
    budget.step();
    return test.apply(this, input, arguments).truthy();
  }
}
