package dev.javelin.engine.sampling.grammar.machine;

/**
 * A grammar, schema or regular expression that cannot be used, or grew past a limit. The message
 * says what is wrong, where, and what is allowed; it is shown to callers.
 */
public final class GrammarException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GrammarException(String message) {
    super(message);
  }
}
