package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Filters of single values and text; those over lists are in {@link SequenceFilters}. */
final class Filters {
  private static final BuiltinTable TABLE = new BuiltinTable();

  private Filters() {}

  static {
    TABLE
        .define("abs", (e, self, args) -> absolute(self))
        .define("attr", (e, self, args) -> Members.attribute(self, args.text(0).text()), "name")
        .define("capitalize", (e, self, args) -> capitalize(PythonText.str(self)))
        .define("default", (e, self, args) -> fallback(self, args), "default_value", "boolean")
        .alias("d", "default")
        .define("escape", (e, self, args) -> escape(PythonText.str(self)))
        .alias("e", "escape")
        .define("float", (e, self, args) -> real(self, args), "default")
        .define("int", (e, self, args) -> integer(self, args), "default")
        .define("indent", (e, self, args) -> indent(self, args), "width", "first", "blank")
        .define("lower", (e, self, args) -> lower(PythonText.str(self)))
        .define("upper", (e, self, args) -> upper(PythonText.str(self)))
        .define(
            "replace",
            (e, self, args) ->
                StringMethods.replace(
                    PythonText.str(self),
                    PythonText.str(args.value(0)),
                    PythonText.str(args.value(1)),
                    args.integer(2, -1)),
            "old",
            "new",
            "count")
        .define("round", (e, self, args) -> round(self, args), "precision", "method")
        .define("safe", (e, self, args) -> PythonText.str(self))
        .define("string", (e, self, args) -> PythonText.str(self))
        .define("title", (e, self, args) -> title(PythonText.str(self)))
        .define(
            "tojson",
            (e, self, args) -> json(self, args),
            "ensure_ascii",
            "indent",
            "separators",
            "sort_keys")
        .define(
            "trim",
            (e, self, args) ->
                StringMethods.strip(PythonText.str(self), args.textOrNull(0), true, true),
            "chars")
        .define(
            "wordcount",
            (e, self, args) ->
                Value.Int.of(StringMethods.split(PythonText.str(self), null, -1).items().size()))
        .defineVariadic(
            "format",
            (e, self, args) -> PercentFormat.format(PythonText.str(self), args.raw().positional()));
  }

  static BuiltinTable.@Nullable Builtin find(String name) {
    BuiltinTable.Builtin filter = TABLE.find(name);
    return filter == null ? SequenceFilters.TABLE.find(name) : filter;
  }

  private static Value absolute(Value value) {
    return Operators.compare(value, Value.Int.of(0)) < 0
        ? Operators.arithmetic("-", Value.Int.of(0), value)
        : value;
  }

  private static Str capitalize(Str text) {
    return text.withText(StringMethods.capitalize(text.text()));
  }

  private static Str title(Str text) {
    return text.withText(StringMethods.title(text.text()));
  }

  private static Str lower(Str text) {
    return text.mapRuns(run -> run.toLowerCase(Locale.ROOT));
  }

  private static Str upper(Str text) {
    return text.mapRuns(run -> run.toUpperCase(Locale.ROOT));
  }

  private static Value fallback(Value self, BoundArguments args) {
    boolean missing = self instanceof Value.Undefined || args.flag(1, false) && !self.truthy();
    return missing ? args.value(0, Str.EMPTY) : self;
  }

  private static Str escape(Str text) {
    return text.mapRuns(
        run ->
            run.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;"));
  }

  private static Value real(Value self, BoundArguments args) {
    if (Operators.isNumber(self)) {
      return new Value.Real(Operators.real(self));
    }
    try {
      return new Value.Real(Double.parseDouble(PythonText.str(self).text().strip()));
    } catch (NumberFormatException notANumber) {
      return args.value(0, new Value.Real(0));
    }
  }

  private static Value integer(Value self, BoundArguments args) {
    if (self instanceof Value.Int) {
      return self;
    }
    if (self instanceof Value.Bool) {
      return new Value.Int(Operators.integer(self));
    }
    try {
      String text =
          self instanceof Value.Real number
              ? Double.toString(number.value())
              : PythonText.str(self).text().strip();
      double number = Double.parseDouble(text);
      return text.matches("[+-]?\\d{1,1000}")
          ? new Value.Int(new java.math.BigInteger(text))
          : new Value.Int(new java.math.BigDecimal(number).toBigInteger());
    } catch (NumberFormatException notANumber) {
      return args.value(0, Value.Int.of(0));
    }
  }

  private static Value round(Value self, BoundArguments args) {
    String method = args.text(1, Str.trusted("common")).text();
    double factor = Math.pow(10, args.integer(0, 0));
    double scaled = Operators.real(self) * factor;
    return new Value.Real(
        switch (method) {
          case "common" -> Math.rint(scaled) / factor;
          case "ceil" -> Math.ceil(scaled) / factor;
          case "floor" -> Math.floor(scaled) / factor;
          default ->
              throw new EvaluationException("round() knows common, ceil and floor, not " + method);
        });
  }

  private static Value indent(Value self, BoundArguments args) {
    Str text = PythonText.str(self);
    Str margin =
        args.value(0, Value.Int.of(4)) instanceof Str given
            ? given
            : Str.trusted(" ".repeat(Math.clamp(args.integer(0, 4), 0, 1000)));
    boolean blank = args.flag(2, false);
    StrBuilder out = new StrBuilder();
    if (args.flag(1, false)) {
      out.append(margin);
    }
    List<Value> lines = new ArrayList<>(StringMethods.lines(text, false).items());
    if (text.text().endsWith("\n")) {
      lines.add(Str.EMPTY);
    }
    for (int i = 0; i < lines.size(); i++) {
      Str line = PythonText.str(lines.get(i));
      if (i > 0) {
        out.append("\n", text.tainted());
        if (blank || !line.isEmpty()) {
          out.append(margin);
        }
      }
      out.append(line);
    }
    return out.build();
  }

  private static Value json(Value self, BoundArguments args) {
    Value indent = args.value(1, Value.None.NONE);
    String itemSeparator = indent instanceof Value.None ? ", " : ",";
    String keySeparator = ": ";
    if (args.has(2) && args.value(2) instanceof ListValue pair) {
      List<Value> separators = pair.items();
      if (separators.size() != 2) {
        throw new EvaluationException("tojson() needs two separators");
      }
      itemSeparator = PythonText.str(separators.get(0)).text();
      keySeparator = PythonText.str(separators.get(1)).text();
    }
    String margin =
        switch (indent) {
          case Value.None none -> null;
          case Str text -> text.text();
          default -> " ".repeat(Math.clamp(args.integer(1), 0, 100));
        };
    return new JsonWriter(
            args.flag(0, false), margin, itemSeparator, keySeparator, args.flag(3, false))
        .write(self);
  }
}
