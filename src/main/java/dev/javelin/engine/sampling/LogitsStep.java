package dev.javelin.engine.sampling;

/**
 * Changes one sequence's logits before a token is chosen. An instance follows one sequence; its
 * steps run in the order of {@link LogitsSteps}. Engine thread only, nothing allocated.
 */
interface LogitsStep {
  /**
   * @param logits changed in place; token {@code id} is at {@code offset + id}
   */
  void apply(float[] logits, int offset);

  /** The one token that may come, where that is known without the logits; -1 otherwise. */
  default int forced() {
    return -1;
  }

  /** Hears of a token of the answer. */
  default void accept(int token) {}

  /** Whether {@link #apply} would now change nothing. */
  default boolean idle() {
    return false;
  }
}
