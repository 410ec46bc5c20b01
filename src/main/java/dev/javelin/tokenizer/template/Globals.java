package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions every template sees. */
final class Globals {
  static final int MAX_RANGE = 100_000;

  private Globals() {}

  static void define(Scope scope) {
    function(scope, "range", (evaluator, arguments) -> range(arguments));
    function(scope, "namespace", (evaluator, arguments) -> namespace(arguments));
    function(scope, "dict", (evaluator, arguments) -> dict(arguments));
    function(
        scope,
        "raise_exception",
        (evaluator, arguments) -> {
          Value message = arguments.bind("raise_exception", List.of("message")).value(0);
          throw new EvaluationException(PythonText.str(message).text());
        });
    function(
        scope,
        "strftime_now",
        (evaluator, arguments) -> {
          Str format = arguments.bind("strftime_now", List.of("format")).text(0);
          return Str.of(Strftime.format(format.text(), evaluator.now()), format.tainted());
        });
  }

  private static void function(Scope scope, String name, Callable.Body body) {
    scope.set(name, new Callable(name, body));
  }

  private static Value range(Arguments arguments) {
    BoundArguments bound = arguments.bind("range", List.of("start", "stop", "step"));
    long start = bound.has(1) ? bound.integer(0) : 0;
    long stop = bound.has(1) ? bound.integer(1) : bound.integer(0);
    long step = bound.integer(2, 1);
    if (step == 0) {
      throw new EvaluationException("range() needs a step other than 0");
    }
    long count = Math.max(0, Math.ceilDiv(stop - start, step));
    if (count > MAX_RANGE) {
      throw new EvaluationException("range() of " + count + "; allowed are " + MAX_RANGE);
    }
    List<Value> numbers = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      numbers.add(Value.Int.of(start + i * step));
    }
    return ListValue.of(numbers);
  }

  private static Value namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    for (Value source : arguments.positional()) {
      if (!(source instanceof DictValue dict)) {
        throw new EvaluationException("namespace() takes dictionaries and named arguments");
      }
      dict.entries()
          .forEach((key, value) -> namespace.attributes.put(PythonText.str(key).text(), value));
    }
    namespace.attributes.putAll(arguments.named());
    return namespace;
  }

  private static Value dict(Arguments arguments) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Value source : arguments.positional()) {
      if (source instanceof DictValue dict) {
        entries.putAll(dict.entries());
        continue;
      }
      for (Value pair : Operators.iterate(source)) {
        List<Value> parts = Operators.iterate(pair);
        if (parts.size() != 2) {
          throw new EvaluationException("dict() needs pairs of key and value");
        }
        entries.put(parts.get(0), parts.get(1));
      }
    }
    arguments.named().forEach((name, value) -> entries.put(Str.trusted(name), value));
    return DictValue.of(entries);
  }
}
