package dev.javelin.tokenizer.template;

import java.util.List;

/** A list or a tuple; neither can be changed. */
record ListValue(List<Value> items, boolean tuple, Extent extent) implements Value {
  static final ListValue EMPTY = of(List.of());

  static ListValue of(List<? extends Value> items) {
    return create(items, false);
  }

  static ListValue tuple(List<? extends Value> items) {
    return create(items, true);
  }

  static ListValue tuple(Value... items) {
    return create(List.of(items), true);
  }

  private static ListValue create(List<? extends Value> items, boolean tuple) {
    List<Value> copy = List.copyOf(items);
    return new ListValue(copy, tuple, Extent.of(copy));
  }

  @Override
  public String typeName() {
    return tuple ? "tuple" : "list";
  }

  @Override
  public boolean truthy() {
    return !items.isEmpty();
  }
}
