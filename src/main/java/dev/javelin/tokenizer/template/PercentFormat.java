package dev.javelin.tokenizer.template;

import java.util.List;
import java.util.Locale;

/** Python's {@code %} formatting: %s, %r, %d, %i, %f with precision, and %%. */
final class PercentFormat {
  private PercentFormat() {}

  static Str format(Str format, List<Value> arguments) {
    String text = format.text();
    StrBuilder out = new StrBuilder();
    int used = 0;
    int position = 0;
    for (int percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', position)) {
      out.append(format, position, percent);
      int end = percent + 1;
      while (end < text.length() && ".0123456789".indexOf(text.charAt(end)) >= 0) {
        end++;
      }
      if (end == text.length()) {
        throw new EvaluationException("the format '" + text + "' is incomplete");
      }
      char kind = text.charAt(end);
      String precision = text.substring(percent + 1, end);
      position = end + 1;
      if (kind == '%') {
        out.append("%", false);
        continue;
      }
      if (used == arguments.size()) {
        throw new EvaluationException("the format '" + text + "' needs more arguments");
      }
      out.append(argument(kind, precision, arguments.get(used++)));
    }
    if (used < arguments.size()) {
      throw new EvaluationException("the format '" + text + "' leaves arguments unused");
    }
    return out.append(format, position, text.length()).build();
  }

  private static Str argument(char kind, String precision, Value value) {
    if (precision.isEmpty() && kind == 's') {
      return PythonText.str(value);
    }
    if (precision.isEmpty() && kind == 'r') {
      return Str.of(PythonText.repr(value), PythonText.tainted(value));
    }
    if (precision.isEmpty() && (kind == 'd' || kind == 'i') && Operators.isNumber(value)) {
      return Str.trusted(
          value instanceof Value.Real real
              ? Long.toString((long) real.value())
              : Operators.integer(value).toString());
    }
    if (kind == 'f' && Operators.isNumber(value) && precision.matches("(\\.\\d{1,2})?")) {
      String pattern = precision.isEmpty() ? "%.6f" : "%" + precision + "f";
      return Str.trusted(String.format(Locale.ROOT, pattern, Operators.real(value)));
    }
    throw new EvaluationException(
        "the format '%" + precision + kind + "' is not supported for " + value.typeName());
  }
}
