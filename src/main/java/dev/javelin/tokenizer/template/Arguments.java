package dev.javelin.tokenizer.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluated arguments of a call. */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** The arguments without the first {@code count} positional ones. */
  Arguments skip(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  /**
   * Gives each parameter its argument.
   *
   * @throws EvaluationException for an argument that no parameter takes
   */
  BoundArguments bind(String function, List<String> parameters) {
    if (positional.size() > parameters.size()) {
      throw new EvaluationException(
          function + "() takes " + parameters.size() + " arguments, given " + positional.size());
    }
    @Nullable Value[] values = new @Nullable Value[parameters.size()];
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
    named.forEach(
        (name, value) -> {
          int index = parameters.indexOf(name);
          if (index < 0 || values[index] != null) {
            throw new EvaluationException(
                function
                    + "() "
                    + (index < 0 ? "has no argument '" : "is given twice the argument '")
                    + name
                    + "'");
          }
          values[index] = value;
        });
    return new BoundArguments(function, parameters, values, this);
  }
}
