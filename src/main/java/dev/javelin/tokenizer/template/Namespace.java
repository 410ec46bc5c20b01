package dev.javelin.tokenizer.template;

import java.util.HashMap;
import java.util.Map;

/** What {@code namespace()} gives: the one value a template may change. */
final class Namespace implements Value {
  final Map<String, Value> attributes = new HashMap<>();

  @Override
  public String typeName() {
    return "Namespace";
  }

  @Override
  public boolean truthy() {
    return true;
  }
}
