package dev.javelin.tokenizer.template;

/** The methods of lists and dictionaries that change nothing. */
final class CollectionMethods {
  static final BuiltinTable LIST =
      new BuiltinTable()
          .define("index", (evaluator, self, args) -> index(self, args.value(0)), "value")
          .define("count", (evaluator, self, args) -> count(self, args.value(0)), "value")
          .define("copy", (evaluator, self, args) -> self);

  static final BuiltinTable DICT =
      new BuiltinTable()
          .define(
              "get",
              (evaluator, self, args) -> {
                Value found = dict(self).get(args.value(0));
                return found == null ? args.value(1, Value.None.NONE) : found;
              },
              "key",
              "default")
          .define("items", (evaluator, self, args) -> dict(self).items())
          .define("keys", (evaluator, self, args) -> dict(self).keys())
          .define("values", (evaluator, self, args) -> dict(self).values())
          .define("copy", (evaluator, self, args) -> self);

  private CollectionMethods() {}

  private static DictValue dict(Value self) {
    if (self instanceof DictValue dict) {
      return dict;
    }
    throw new EvaluationException("a dictionary is needed, given " + self.typeName());
  }

  private static Value index(Value self, Value wanted) {
    int position = 0;
    for (Value item : Operators.iterate(self)) {
      if (Operators.equal(item, wanted)) {
        return Value.Int.of(position);
      }
      position++;
    }
    throw new EvaluationException("index(): the value is not in the list");
  }

  private static Value count(Value self, Value wanted) {
    return Value.Int.of(
        Operators.iterate(self).stream().filter(item -> Operators.equal(item, wanted)).count());
  }
}
