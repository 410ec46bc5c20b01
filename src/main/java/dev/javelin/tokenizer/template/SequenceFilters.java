package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters over lists, dictionaries and the characters of strings. */
final class SequenceFilters {
  static final BuiltinTable TABLE = new BuiltinTable();

  private SequenceFilters() {}

  static {
    TABLE
        .define("length", (e, self, args) -> Value.Int.of(Operators.size(self)))
        .alias("count", "length")
        .define("list", (e, self, args) -> ListValue.of(Operators.iterate(self)))
        .define("first", (e, self, args) -> end(Operators.iterate(self), true))
        .define("last", (e, self, args) -> end(Operators.iterate(self), false))
        .define("reverse", (e, self, args) -> reverse(self))
        .define("items", (e, self, args) -> items(self))
        .define("join", (e, self, args) -> join(self, args), "d", "attribute")
        .define(
            "dictsort", (e, self, args) -> dictsort(self, args), "case_sensitive", "by", "reverse")
        .define(
            "sort", (e, self, args) -> sort(self, args), "reverse", "case_sensitive", "attribute")
        .define("unique", (e, self, args) -> unique(self, args), "case_sensitive", "attribute")
        .define("min", (e, self, args) -> extreme(self, args, -1), "case_sensitive", "attribute")
        .define("max", (e, self, args) -> extreme(self, args, 1), "case_sensitive", "attribute")
        .define("sum", (e, self, args) -> sum(self, args), "attribute", "start")
        .define("batch", (e, self, args) -> batch(self, args), "linecount", "fill_with")
        .define("groupby", (e, self, args) -> groupby(self, args), "attribute", "default")
        .defineVariadic("map", (e, self, args) -> map(e, self, args.raw()))
        .defineVariadic("select", (e, self, args) -> select(e, self, args.raw(), false, true))
        .defineVariadic("reject", (e, self, args) -> select(e, self, args.raw(), false, false))
        .defineVariadic("selectattr", (e, self, args) -> select(e, self, args.raw(), true, true))
        .defineVariadic("rejectattr", (e, self, args) -> select(e, self, args.raw(), true, false));
  }

  private static Value end(List<Value> items, boolean first) {
    if (items.isEmpty()) {
      return new Value.Undefined("an empty sequence has no first or last item");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private static Value reverse(Value self) {
    List<Value> items = new ArrayList<>(Operators.iterate(self));
    Collections.reverse(items);
    return self instanceof Str ? StringMethods.join(Str.EMPTY, items) : ListValue.of(items);
  }

  private static Value items(Value self) {
    if (self instanceof Value.Undefined) {
      return ListValue.EMPTY;
    }
    if (self instanceof DictValue dict) {
      return dict.items();
    }
    throw new EvaluationException("items needs a mapping, given " + self.typeName());
  }

  /** An attribute by its name, by a path with dots, or by a number. */
  private static Value attribute(Value item, Value path) {
    if (path instanceof Value.Int) {
      return Members.item(item, path);
    }
    Value value = item;
    for (Value part : StringMethods.split(PythonText.str(path), Str.trusted("."), -1).items()) {
      value = Members.item(value, part);
    }
    return value;
  }

  private static Value attribute(Value item, BoundArguments args, int index) {
    return args.has(index) && !(args.value(index) instanceof Value.None)
        ? attribute(item, args.value(index))
        : item;
  }

  private static Value join(Value self, BoundArguments args) {
    List<Value> parts = new ArrayList<>();
    for (Value item : Operators.iterate(self)) {
      parts.add(attribute(item, args, 1));
    }
    return StringMethods.join(PythonText.str(args.value(0, Str.EMPTY)), parts);
  }

  private static Value folded(Value value, boolean caseSensitive) {
    return value instanceof Str text && !caseSensitive
        ? Str.trusted(text.text().toLowerCase(Locale.ROOT))
        : value;
  }

  private static Value dictsort(Value self, BoundArguments args) {
    String by = args.text(1, Str.trusted("key")).text();
    if (!by.equals("key") && !by.equals("value")) {
      throw new EvaluationException("dictsort sorts by key or value, not by " + by);
    }
    int position = by.equals("key") ? 0 : 1;
    return sorted(
        Operators.iterate(items(self)),
        args.flag(2, false),
        pair -> folded(Members.item(pair, Value.Int.of(position)), args.flag(0, false)));
  }

  private static Value sort(Value self, BoundArguments args) {
    return sorted(
        Operators.iterate(self),
        args.flag(0, false),
        item -> folded(attribute(item, args, 2), args.flag(1, false)));
  }

  private interface Key {
    Value of(Value item);
  }

  private static ListValue sorted(List<Value> items, boolean reverse, Key key) {
    List<Value> sorted = new ArrayList<>(items);
    Comparator<Value> order = (a, b) -> Operators.compare(key.of(a), key.of(b));
    sorted.sort(reverse ? order.reversed() : order);
    return ListValue.of(sorted);
  }

  private static Value unique(Value self, BoundArguments args) {
    Map<Value, Value> seen = new LinkedHashMap<>();
    for (Value item : Operators.iterate(self)) {
      seen.putIfAbsent(folded(attribute(item, args, 1), args.flag(0, false)), item);
    }
    return ListValue.of(new ArrayList<>(seen.values()));
  }

  private static Value extreme(Value self, BoundArguments args, int sign) {
    Value best = new Value.Undefined("an empty sequence has no extreme");
    for (Value item : Operators.iterate(self)) {
      boolean better =
          best instanceof Value.Undefined
              || Integer.signum(
                      Operators.compare(
                          folded(attribute(item, args, 1), args.flag(0, false)),
                          folded(attribute(best, args, 1), args.flag(0, false))))
                  == sign;
      best = better ? item : best;
    }
    return best;
  }

  private static Value sum(Value self, BoundArguments args) {
    Value total = args.value(1, Value.Int.of(0));
    for (Value item : Operators.iterate(self)) {
      total = Operators.arithmetic("+", total, attribute(item, args, 0));
    }
    return total;
  }

  private static Value batch(Value self, BoundArguments args) {
    int size = args.integer(0);
    if (size < 1) {
      throw new EvaluationException("batch needs a size of at least 1, given " + size);
    }
    List<Value> all = Operators.iterate(self);
    List<Value> batches = new ArrayList<>();
    for (int i = 0; i < all.size(); i += size) {
      List<Value> batch = new ArrayList<>(all.subList(i, Math.min(all.size(), i + size)));
      while (args.has(1) && batch.size() < Math.min(size, Globals.MAX_RANGE)) {
        batch.add(args.value(1));
      }
      batches.add(ListValue.of(batch));
    }
    return ListValue.of(batches);
  }

  private static Value groupby(Value self, BoundArguments args) {
    Key key =
        item -> {
          Value value = attribute(item, args.value(0));
          return value instanceof Value.Undefined ? args.value(1, value) : value;
        };
    Map<Value, List<Value>> groups = new LinkedHashMap<>();
    for (Value item :
        sorted(Operators.iterate(self), false, i -> folded(key.of(i), false)).items()) {
      groups.computeIfAbsent(key.of(item), each -> new ArrayList<>()).add(item);
    }
    List<Value> pairs = new ArrayList<>();
    groups.forEach((name, items) -> pairs.add(ListValue.tuple(name, ListValue.of(items))));
    return ListValue.of(pairs);
  }

  private static Value map(Evaluator evaluator, Value self, Arguments args) {
    List<Value> results = new ArrayList<>();
    boolean byAttribute = args.positional().isEmpty();
    BoundArguments bound = byAttribute ? args.bind("map", List.of("attribute", "default")) : null;
    for (Value item : Operators.iterate(self)) {
      if (bound != null) {
        Value value = attribute(item, bound.value(0));
        results.add(value instanceof Value.Undefined ? bound.value(1, value) : value);
      } else {
        String filter = PythonText.str(args.positional().getFirst()).text();
        results.add(evaluator.filter(filter, item, args.skip(1)));
      }
    }
    return ListValue.of(results);
  }

  private static Value select(
      Evaluator evaluator, Value self, Arguments given, boolean byAttribute, boolean keep) {
    if (byAttribute && given.positional().isEmpty()) {
      throw new EvaluationException("selectattr and rejectattr need an attribute");
    }
    Arguments args = byAttribute ? given.skip(1) : given;
    List<Value> chosen = new ArrayList<>();
    for (Value item : Operators.iterate(self)) {
      Value value = byAttribute ? attribute(item, given.positional().getFirst()) : item;
      boolean holds =
          args.positional().isEmpty()
              ? value.truthy()
              : evaluator.test(
                  PythonText.str(args.positional().getFirst()).text(), value, args.skip(1));
      if (holds == keep) {
        chosen.add(item);
      }
    }
    return ListValue.of(chosen);
  }
}
