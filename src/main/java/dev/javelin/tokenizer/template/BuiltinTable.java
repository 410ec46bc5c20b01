package dev.javelin.tokenizer.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Named operations on a value: filters, tests or the methods of a type. */
final class BuiltinTable {
  private final Map<String, Builtin> builtins = new HashMap<>();

  /** What an operation does with the value before it and its arguments. */
  interface Operation {
    Value apply(Evaluator evaluator, Value self, BoundArguments arguments);
  }

  /**
   * @param parameters null if it takes whatever comes
   */
  record Builtin(String name, @Nullable List<String> parameters, Operation operation) {
    Value apply(Evaluator evaluator, Value self, Arguments arguments) {
      BoundArguments bound =
          parameters == null
              ? new BoundArguments(name, List.of(), new Value[0], arguments)
              : arguments.bind(name, parameters);
      return operation.apply(evaluator, self, bound);
    }
  }

  BuiltinTable define(String name, Operation operation, String... parameters) {
    builtins.put(name, new Builtin(name, List.of(parameters), operation));
    return this;
  }

  BuiltinTable defineVariadic(String name, Operation operation) {
    builtins.put(name, new Builtin(name, null, operation));
    return this;
  }

  BuiltinTable alias(String alias, String name) {
    Builtin builtin = find(name);
    if (builtin != null) {
      builtins.put(alias, builtin);
    }
    return this;
  }

  @Nullable Builtin find(String name) {
    return builtins.get(name);
  }
}
