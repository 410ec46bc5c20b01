package dev.javelin.tokenizer.template;

import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arguments by the position of their parameter, with the conversions built-in functions need. */
final class BoundArguments {
  private final String function;
  private final List<String> parameters;
  private final @Nullable Value[] values;
  private final Arguments raw;

  BoundArguments(
      String function, List<String> parameters, @Nullable Value[] values, Arguments raw) {
    this.function = function;
    this.parameters = parameters;
    this.values = values;
    this.raw = raw;
  }

  Arguments raw() {
    return raw;
  }

  boolean has(int index) {
    return values[index] != null;
  }

  Value value(int index) {
    Value value = values[index];
    if (value == null) {
      throw new EvaluationException(
          function + "() lacks its argument '" + parameters.get(index) + "'");
    }
    return value;
  }

  Value value(int index, Value fallback) {
    Value value = values[index];
    return value == null ? fallback : value;
  }

  boolean flag(int index, boolean fallback) {
    Value value = values[index];
    return value == null ? fallback : value.truthy();
  }

  Str text(int index) {
    if (value(index) instanceof Str text) {
      return text;
    }
    throw wrongType(index, "a string");
  }

  /** Null if absent or None. */
  @Nullable Str textOrNull(int index) {
    return values[index] == null || values[index] == Value.None.NONE ? null : text(index);
  }

  Str text(int index, Str fallback) {
    return has(index) ? text(index) : fallback;
  }

  int integer(int index, int fallback) {
    Value value = values[index];
    if (value == null) {
      return fallback;
    }
    if (value instanceof Value.Bool bool) {
      return bool.truthy() ? 1 : 0;
    }
    if (value instanceof Value.Int(BigInteger number)) {
      return Operators.clamp(number);
    }
    throw wrongType(index, "an integer");
  }

  int integer(int index) {
    value(index);
    return integer(index, 0);
  }

  private EvaluationException wrongType(int index, String expected) {
    return new EvaluationException(
        function
            + "() needs "
            + expected
            + " as '"
            + parameters.get(index)
            + "', given "
            + value(index).typeName());
  }
}
