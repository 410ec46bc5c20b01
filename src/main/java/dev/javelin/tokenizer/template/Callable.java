package dev.javelin.tokenizer.template;

/** A function, a bound method or a macro. */
record Callable(String name, Body body) implements Value {
  /** What runs. */
  interface Body {
    Value call(Evaluator evaluator, Arguments arguments);
  }

  @Override
  public String typeName() {
    return "function";
  }

  @Override
  public boolean truthy() {
    return true;
  }
}
