package dev.javelin.tokenizer.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dictionary in insertion order that cannot be changed. */
record DictValue(Map<Value, Value> entries, Extent extent) implements Value {
  static DictValue of(Map<Value, Value> entries) {
    Map<Value, Value> copy = new LinkedHashMap<>();
    entries.forEach((key, value) -> copy.put(checkKey(key), value));
    return new DictValue(Collections.unmodifiableMap(copy), Extent.of(copy.values()));
  }

  @Nullable Value get(Value key) {
    return entries.get(checkKey(key));
  }

  boolean contains(Value key) {
    return entries.containsKey(checkKey(key));
  }

  ListValue keys() {
    return ListValue.of(new ArrayList<>(entries.keySet()));
  }

  ListValue values() {
    return ListValue.of(new ArrayList<>(entries.values()));
  }

  ListValue items() {
    List<Value> pairs = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> pairs.add(ListValue.tuple(key, value)));
    return ListValue.of(pairs);
  }

  private static Value checkKey(Value key) {
    if (key instanceof Str
        || key instanceof Int
        || key instanceof Real
        || key instanceof Bool
        || key instanceof None) {
      return key;
    }
    throw new EvaluationException("a value of type " + key.typeName() + " cannot be a key");
  }

  @Override
  public String typeName() {
    return "dict";
  }

  @Override
  public boolean truthy() {
    return !entries.isEmpty();
  }
}
