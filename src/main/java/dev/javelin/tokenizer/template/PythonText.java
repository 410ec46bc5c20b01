package dev.javelin.tokenizer.template;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;

/**
 * Python's {@code str()} and {@code repr()}. A container's text is tainted if anything in it is.
 */
final class PythonText {
  private PythonText() {}

  static Str str(Value value) {
    if (value instanceof Str text) {
      return text;
    }
    if (value instanceof Value.Undefined) {
      return Str.EMPTY;
    }
    return Str.of(repr(value), tainted(value));
  }

  static boolean tainted(Value value) {
    return switch (value) {
      case Str text -> text.tainted();
      case ListValue list -> list.items().stream().anyMatch(PythonText::tainted);
      case DictValue dict ->
          dict.entries().entrySet().stream()
              .anyMatch(entry -> tainted(entry.getKey()) || tainted(entry.getValue()));
      case Value.Int n -> false;
      case Value.Real n -> false;
      case Value.Bool b -> false;
      case Value.None n -> false;
      case Value.Undefined u -> false;
      case Namespace n -> false;
      case LoopValue l -> false;
      case Callable c -> false;
    };
  }

  static String repr(Value value) {
    StringBuilder out = new StringBuilder();
    repr(value, out);
    return out.toString();
  }

  private static void repr(Value value, StringBuilder out) {
    if (out.length() > StrBuilder.MAX_LENGTH) {
      throw new EvaluationException("a text exceeds " + StrBuilder.MAX_LENGTH + " characters");
    }
    switch (value) {
      case Str text -> quoted(text.text(), out);
      case Value.Int number -> out.append(number.value());
      case Value.Real number -> out.append(real(number.value()));
      case Value.Bool bool -> out.append(bool.truthy() ? "True" : "False");
      case Value.None none -> out.append("None");
      case Value.Undefined undefined -> out.append("Undefined");
      case ListValue list -> list(list, out);
      case DictValue dict -> dict(dict, out);
      case Namespace namespace -> out.append("<Namespace>");
      case LoopValue loop -> out.append("<LoopContext>");
      case Callable callable -> out.append("<function ").append(callable.name()).append('>');
    }
  }

  private static void list(ListValue list, StringBuilder out) {
    out.append(list.tuple() ? '(' : '[');
    String separator = "";
    for (Value item : list.items()) {
      out.append(separator);
      repr(item, out);
      separator = ", ";
    }
    if (list.tuple() && list.items().size() == 1) {
      out.append(',');
    }
    out.append(list.tuple() ? ')' : ']');
  }

  private static void dict(DictValue dict, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
      out.append(separator);
      repr(entry.getKey(), out);
      out.append(": ");
      repr(entry.getValue(), out);
      separator = ", ";
    }
    out.append('}');
  }

  private static void quoted(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                  if (c == quote) {
                    out.append('\\').append(quote);
                  } else if (printable(c)) {
                    out.appendCodePoint(c);
                  } else {
                    String format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                    out.append(String.format(Locale.ROOT, format, c));
                  }
                }
              }
            });
    out.append(quote);
  }

  private static boolean printable(int c) {
    if (c == ' ') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The shortest digits that read back, in Python's layout. */
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - decimal.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent >= -4 && exponent < 16) {
      String plain = decimal.abs().toPlainString();
      return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return String.format(
        Locale.ROOT, "%s%se%s%02d", sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
