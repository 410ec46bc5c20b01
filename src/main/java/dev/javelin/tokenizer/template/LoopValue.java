package dev.javelin.tokenizer.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable. */
final class LoopValue implements Value {
  private final List<Value> items;
  private @Nullable Value lastChanged;
  private int index;

  LoopValue(List<Value> items) {
    this.items = items;
  }

  void moveTo(int position) {
    index = position;
  }

  /** Null if a loop has no such attribute. */
  @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index + 1);
      case "index0" -> Int.of(index);
      case "revindex" -> Int.of(items.size() - index);
      case "revindex0" -> Int.of(items.size() - index - 1);
      case "first" -> Bool.of(index == 0);
      case "last" -> Bool.of(index == items.size() - 1);
      case "length" -> Int.of(items.size());
      case "depth" -> Int.of(1);
      case "depth0" -> Int.of(0);
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> new Callable("loop.cycle", (evaluator, args) -> cycle(args));
      case "changed" -> new Callable("loop.changed", (evaluator, args) -> changed(args));
      default -> null;
    };
  }

  private Value cycle(Arguments args) {
    if (args.positional().isEmpty()) {
      throw new EvaluationException("loop.cycle() needs something to cycle through");
    }
    return args.positional().get(index % args.positional().size());
  }

  private Value changed(Arguments args) {
    Value now = ListValue.tuple(args.positional());
    boolean changed = lastChanged == null || !Operators.equal(lastChanged, now);
    lastChanged = now;
    return Bool.of(changed);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public boolean truthy() {
    return true;
  }
}
