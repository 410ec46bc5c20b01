package dev.javelin.tokenizer.template;

/** An operation that failed; the interpreter adds the line. */
final class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EvaluationException(String message) {
    super(message);
  }
}
