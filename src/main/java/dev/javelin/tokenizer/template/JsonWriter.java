package dev.javelin.tokenizer.template;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code json.dumps}. The text is tainted if any string in it is.
 *
 * @param indent what a level is indented by; null writes everything in one line
 */
record JsonWriter(
    boolean ensureAscii,
    @Nullable String indent,
    String itemSeparator,
    String keySeparator,
    boolean sortKeys) {

  /**
   * @throws EvaluationException for a value JSON does not have
   */
  Str write(Value value) {
    StringBuilder out = new StringBuilder();
    write(value, 0, out);
    return Str.of(out.toString(), PythonText.tainted(value));
  }

  private void write(Value value, int depth, StringBuilder out) {
    if (out.length() > StrBuilder.MAX_LENGTH) {
      throw new EvaluationException("a text exceeds " + StrBuilder.MAX_LENGTH + " characters");
    }
    switch (value) {
      case Str text -> string(text.text(), out);
      case ListValue list -> list(list, depth, out);
      case DictValue dict -> dict(dict, depth, out);
      case Value.Int n -> out.append(scalar(n));
      case Value.Real n -> out.append(scalar(n));
      case Value.Bool b -> out.append(scalar(b));
      case Value.None n -> out.append(scalar(n));
      case Value.Undefined undefined -> throw new EvaluationException(undefined.hint());
      case Namespace n -> throw notJson(n);
      case LoopValue l -> throw notJson(l);
      case Callable c -> throw notJson(c);
    }
  }

  private static EvaluationException notJson(Value value) {
    return new EvaluationException(
        "a value of type " + value.typeName() + " cannot be written as JSON");
  }

  private static String scalar(Value value) {
    return switch (value) {
      case Str text -> text.text();
      case Value.Bool bool -> bool.truthy() ? "true" : "false";
      case Value.None none -> "null";
      case Value.Int number -> number.value().toString();
      case Value.Real number ->
          Double.isNaN(number.value())
              ? "NaN"
              : Double.isInfinite(number.value())
                  ? (number.value() > 0 ? "Infinity" : "-Infinity")
                  : PythonText.real(number.value());
      case Value.Undefined u -> throw notJson(u);
      case ListValue l -> throw notJson(l);
      case DictValue d -> throw notJson(d);
      case Namespace n -> throw notJson(n);
      case LoopValue l -> throw notJson(l);
      case Callable c -> throw notJson(c);
    };
  }

  private void list(ListValue list, int depth, StringBuilder out) {
    if (list.items().isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    boolean first = true;
    for (Value item : list.items()) {
      separate(first, depth + 1, out);
      first = false;
      write(item, depth + 1, out);
    }
    newLine(depth, out);
    out.append(']');
  }

  private void dict(DictValue dict, int depth, StringBuilder out) {
    if (dict.entries().isEmpty()) {
      out.append("{}");
      return;
    }
    Map<Value, Value> entries = dict.entries();
    if (sortKeys) {
      entries = new TreeMap<>(Operators::compare);
      entries.putAll(dict.entries());
    }
    out.append('{');
    boolean first = true;
    for (Map.Entry<Value, Value> entry : entries.entrySet()) {
      separate(first, depth + 1, out);
      first = false;
      string(scalar(entry.getKey()), out);
      out.append(keySeparator);
      write(entry.getValue(), depth + 1, out);
    }
    newLine(depth, out);
    out.append('}');
  }

  private void separate(boolean first, int depth, StringBuilder out) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine(depth, out);
  }

  private void newLine(int depth, StringBuilder out) {
    if (indent != null) {
      out.append('\n').repeat(indent, depth);
    }
  }

  private void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || ensureAscii && c > 0x7f) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
