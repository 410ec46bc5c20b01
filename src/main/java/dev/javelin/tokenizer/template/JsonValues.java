package dev.javelin.tokenizer.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes parsed JSON into the template language; every string in it is untrusted. */
final class JsonValues {
  private static final int MAX_DEPTH = 150;

  private JsonValues() {}

  static Value from(@Nullable Object json) {
    return from(json, 0);
  }

  private static Value from(@Nullable Object json, int depth) {
    if (depth > MAX_DEPTH) {
      throw new EvaluationException("an argument is nested more than " + MAX_DEPTH + " deep");
    }
    return switch (json) {
      case null -> Value.None.NONE;
      case String text -> Str.untrusted(text);
      case Boolean flag -> Value.Bool.of(flag);
      case BigInteger number -> new Value.Int(number);
      case BigDecimal number -> new Value.Real(number.doubleValue());
      case Double number -> new Value.Real(number);
      case Float number -> new Value.Real(Double.parseDouble(number.toString()));
      case Number number -> Value.Int.of(number.longValue());
      case List<?> list -> {
        List<Value> items = new ArrayList<>(list.size());
        for (Object item : list) {
          items.add(from(item, depth + 1));
        }
        yield ListValue.of(items);
      }
      case Map<?, ?> map -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (!(entry.getKey() instanceof String key)) {
            throw new EvaluationException("an argument holds a map whose keys are not strings");
          }
          entries.put(Str.untrusted(key), from(entry.getValue(), depth + 1));
        }
        yield DictValue.of(entries);
      }
      default ->
          throw new EvaluationException(
              "an argument holds a "
                  + json.getClass().getSimpleName()
                  + "; allowed are maps, lists, strings, numbers, booleans and null");
    };
  }
}
