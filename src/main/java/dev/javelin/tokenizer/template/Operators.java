package dev.javelin.tokenizer.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's operators. */
final class Operators {
  private static final BigInteger MAX_INT = BigInteger.valueOf(Integer.MAX_VALUE);

  private Operators() {}

  static int clamp(BigInteger number) {
    return number.min(MAX_INT).max(MAX_INT.negate()).intValue();
  }

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
  }

  static BigInteger integer(Value value) {
    return value instanceof Value.Int number
        ? number.value()
        : value.truthy() ? BigInteger.ONE : BigInteger.ZERO;
  }

  static double real(Value value) {
    return value instanceof Value.Real number ? number.value() : integer(value).doubleValue();
  }

  static boolean equal(Value a, Value b) {
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Value.Real || b instanceof Value.Real
          ? real(a) == real(b)
          : integer(a).equals(integer(b));
    }
    if (a instanceof ListValue x && b instanceof ListValue y) {
      return equal(x, y);
    }
    if (a instanceof DictValue x && b instanceof DictValue y) {
      return equal(x, y);
    }
    return a.equals(b) || a instanceof Value.Undefined && b instanceof Value.Undefined;
  }

  private static boolean equal(ListValue a, ListValue b) {
    if (a.tuple() != b.tuple() || a.items().size() != b.items().size()) {
      return false;
    }
    for (int i = 0; i < a.items().size(); i++) {
      if (!equal(a.items().get(i), b.items().get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(DictValue a, DictValue b) {
    if (a.entries().size() != b.entries().size()) {
      return false;
    }
    for (Map.Entry<Value, Value> entry : a.entries().entrySet()) {
      Value other = b.get(entry.getKey());
      if (other == null || !equal(entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  static int compare(Value a, Value b) {
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Value.Real || b instanceof Value.Real
          ? Double.compare(real(a), real(b))
          : integer(a).compareTo(integer(b));
    }
    if (a instanceof Str x && b instanceof Str y) {
      return compareCodePoints(x.text(), y.text());
    }
    if (a instanceof ListValue x && b instanceof ListValue y && x.tuple() == y.tuple()) {
      for (int i = 0; i < Math.min(x.items().size(), y.items().size()); i++) {
        int order = compare(x.items().get(i), y.items().get(i));
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(x.items().size(), y.items().size());
    }
    throw new EvaluationException(
        "values of type " + a.typeName() + " and " + b.typeName() + " have no order");
  }

  private static int compareCodePoints(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean oneIsSurrogate = Character.isSurrogate(x) != Character.isSurrogate(y);
        return oneIsSurrogate ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  static boolean contains(Value container, Value item) {
    return switch (container) {
      case Str text -> {
        if (item instanceof Str part) {
          yield text.text().contains(part.text());
        }
        throw new EvaluationException(
            "'in' a string needs a string on its left, given " + item.typeName());
      }
      case ListValue list -> list.items().stream().anyMatch(each -> equal(each, item));
      case DictValue dict -> dict.contains(item);
      case Value.Undefined undefined -> false;
      case Value.Int v -> throw notIterable(v);
      case Value.Real v -> throw notIterable(v);
      case Value.Bool v -> throw notIterable(v);
      case Value.None v -> throw notIterable(v);
      case Namespace v -> throw notIterable(v);
      case LoopValue v -> throw notIterable(v);
      case Callable v -> throw notIterable(v);
    };
  }

  /** What a loop over the value sees. */
  static List<Value> iterate(Value value) {
    return switch (value) {
      case ListValue list -> list.items();
      case DictValue dict -> new ArrayList<>(dict.entries().keySet());
      case Str text -> characters(text);
      case Value.Undefined undefined -> List.of();
      case Value.Int v -> throw notIterable(v);
      case Value.Real v -> throw notIterable(v);
      case Value.Bool v -> throw notIterable(v);
      case Value.None v -> throw notIterable(v);
      case Namespace v -> throw notIterable(v);
      case LoopValue v -> throw notIterable(v);
      case Callable v -> throw notIterable(v);
    };
  }

  private static List<Value> characters(Str text) {
    List<Value> characters = new ArrayList<>();
    text.forEachRun(
        (run, trusted) ->
            run.codePoints().forEach(c -> characters.add(Str.of(Character.toString(c), !trusted))));
    return characters;
  }

  private static EvaluationException notIterable(Value value) {
    return new EvaluationException("a value of type " + value.typeName() + " is not iterable");
  }

  static int size(Value value) {
    return value instanceof Str text ? text.size() : iterate(value).size();
  }

  static Value arithmetic(String operator, Value a, Value b) {
    requireDefined(a);
    requireDefined(b);
    if (isNumber(a) && isNumber(b)) {
      return a instanceof Value.Real || b instanceof Value.Real || operator.equals("/")
          ? new Value.Real(reals(operator, real(a), real(b)))
          : integers(operator, integer(a), integer(b));
    }
    if (operator.equals("+")) {
      if (a instanceof Str x && b instanceof Str y) {
        return x.plus(y);
      }
      if (a instanceof ListValue x && b instanceof ListValue y && x.tuple() == y.tuple()) {
        List<Value> all = new ArrayList<>(x.items());
        all.addAll(y.items());
        return x.tuple() ? ListValue.tuple(all) : ListValue.of(all);
      }
    }
    if (operator.equals("*")) {
      if (b instanceof Value.Int times && !isNumber(a)) {
        return repeat(a, clamp(times.value()));
      }
      if (a instanceof Value.Int times && !isNumber(b)) {
        return repeat(b, clamp(times.value()));
      }
    }
    if (operator.equals("%") && a instanceof Str format) {
      return PercentFormat.format(
          format, b instanceof ListValue list && list.tuple() ? list.items() : List.of(b));
    }
    throw new EvaluationException(
        "'" + operator + "' does not take " + a.typeName() + " and " + b.typeName());
  }

  static void requireDefined(Value value) {
    if (value instanceof Value.Undefined undefined) {
      throw new EvaluationException(undefined.hint());
    }
  }

  private static double reals(String operator, double a, double b) {
    if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new EvaluationException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> Math.floor(a / b);
      case "%" -> a - b * Math.floor(a / b);
      case "**" -> Math.pow(a, b);
      default -> throw new EvaluationException("no operator '" + operator + "'");
    };
  }

  private static Value integers(String operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case "+" -> new Value.Int(a.add(b));
      case "-" -> new Value.Int(a.subtract(b));
      case "*" -> new Value.Int(a.multiply(b));
      case "//" -> new Value.Int(floorDivide(a, b));
      case "%" -> new Value.Int(a.subtract(floorDivide(a, b).multiply(b)));
      case "**" -> power(a, b);
      default -> throw new EvaluationException("no operator '" + operator + "'");
    };
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    if (b.signum() == 0) {
      throw new EvaluationException("division by zero");
    }
    BigInteger[] parts = a.divideAndRemainder(b);
    return parts[1].signum() != 0 && parts[1].signum() != b.signum()
        ? parts[0].subtract(BigInteger.ONE)
        : parts[0];
  }

  private static Value power(BigInteger a, BigInteger b) {
    if (b.signum() < 0) {
      return new Value.Real(reals("**", a.doubleValue(), b.doubleValue()));
    }
    int exponent = clamp(b);
    if ((long) a.bitLength() * exponent > 8192) {
      throw new EvaluationException("the power is too large");
    }
    return new Value.Int(a.pow(exponent));
  }

  private static Value repeat(Value value, int times) {
    if (value instanceof Str text) {
      StrBuilder result = new StrBuilder();
      for (int i = 0; i < times && !text.isEmpty(); i++) {
        result.append(text);
      }
      return result.build();
    }
    if (value instanceof ListValue list) {
      if ((long) list.items().size() * times > Globals.MAX_RANGE) {
        throw new EvaluationException("a list would hold more than " + Globals.MAX_RANGE);
      }
      List<Value> all = new ArrayList<>();
      for (int i = 0; i < times && !list.items().isEmpty(); i++) {
        all.addAll(list.items());
      }
      return list.tuple() ? ListValue.tuple(all) : ListValue.of(all);
    }
    throw new EvaluationException("'*' does not repeat a value of type " + value.typeName());
  }
}
