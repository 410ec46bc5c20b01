package dev.javelin.tokenizer.template;

import java.math.BigInteger;
import java.util.Locale;

/** The tests that may follow {@code is}. */
final class Predicates {
  static final BuiltinTable TABLE = new BuiltinTable();

  private interface Unary {
    boolean test(Value value);
  }

  private Predicates() {}

  static {
    unary("defined", v -> !(v instanceof Value.Undefined));
    unary("undefined", v -> v instanceof Value.Undefined);
    unary("none", v -> v instanceof Value.None);
    unary("boolean", v -> v instanceof Value.Bool);
    unary("true", v -> v == Value.Bool.TRUE);
    unary("false", v -> v == Value.Bool.FALSE);
    unary("integer", v -> v instanceof Value.Int);
    unary("float", v -> v instanceof Value.Real);
    unary("number", Operators::isNumber);
    unary("string", v -> v instanceof Str);
    unary("mapping", v -> v instanceof DictValue);
    unary("iterable", Predicates::iterable);
    unary("sequence", Predicates::iterable);
    unary("callable", v -> v instanceof Callable);
    unary("even", v -> remainder(v, BigInteger.TWO).signum() == 0);
    unary("odd", v -> remainder(v, BigInteger.TWO).signum() != 0);
    unary("lower", v -> PythonText.str(v).text().equals(lower(v)) && !lower(v).equals(upper(v)));
    unary("upper", v -> PythonText.str(v).text().equals(upper(v)) && !lower(v).equals(upper(v)));
    unary("escaped", v -> false);
    unary("filter", v -> v instanceof Str name && Filters.find(name.text()) != null);
    unary("test", v -> v instanceof Str name && Predicates.TABLE.find(name.text()) != null);
    TABLE.define(
        "divisibleby",
        (evaluator, self, args) ->
            Value.Bool.of(remainder(self, Operators.integer(args.value(0))).signum() == 0),
        "num");
    TABLE.define(
        "sameas",
        (evaluator, self, args) ->
            Value.Bool.of(
                self.typeName().equals(args.value(0).typeName())
                    && Operators.equal(self, args.value(0))),
        "other");
    comparison("==", "eq", "equalto");
    comparison("!=", "ne");
    comparison("<", "lt", "lessthan");
    comparison("<=", "le");
    comparison(">", "gt", "greaterthan");
    comparison(">=", "ge");
    comparison("in");
  }

  private static void unary(String name, Unary predicate) {
    TABLE.define(name, (evaluator, self, args) -> Value.Bool.of(predicate.test(self)));
  }

  private static void comparison(String operator, String... aliases) {
    TABLE.define(
        operator,
        (evaluator, self, args) -> Value.Bool.of(Evaluator.holds(operator, self, args.value(0))),
        "other");
    for (String alias : aliases) {
      TABLE.alias(alias, operator);
    }
  }

  private static boolean iterable(Value value) {
    return value instanceof Str
        || value instanceof ListValue
        || value instanceof DictValue
        || value instanceof Value.Undefined;
  }

  private static BigInteger remainder(Value value, BigInteger divisor) {
    Value result = Operators.arithmetic("%", value, new Value.Int(divisor));
    return result instanceof Value.Int number
        ? number.value()
        : BigInteger.valueOf(result.truthy() ? 1 : 0);
  }

  private static String lower(Value value) {
    return PythonText.str(value).text().toLowerCase(Locale.ROOT);
  }

  private static String upper(Value value) {
    return PythonText.str(value).text().toUpperCase(Locale.ROOT);
  }
}
