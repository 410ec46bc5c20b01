package dev.javelin.engine.runner;

import dev.javelin.engine.scheduler.SchedulerOutput;

/**
 * What a step gave.
 *
 * @param sampledTokenIds [scheduled sequences] the token each got, {@link #NONE} where no logits
 *     were wanted, {@link #INVALID_LOGITS} where they held no number to choose by
 */
public record ModelRunnerOutput(int[] sampledTokenIds) {
  public static final int NONE = -1;
  public static final int INVALID_LOGITS = -2;

  /**
   * @throws IllegalStateException unless each sequence of {@code step} that needs one has a token
   *     below {@code vocabSize}, or invalid logits, and no other has
   */
  public void check(SchedulerOutput step, int vocabSize) {
    if (sampledTokenIds.length != step.scheduled().size()) {
      throw new IllegalStateException(
          "a step of %d sequences gave %d tokens"
              .formatted(step.scheduled().size(), sampledTokenIds.length));
    }
    for (int i = 0; i < sampledTokenIds.length; i++) {
      int token = sampledTokenIds[i];
      boolean needed = step.scheduled().get(i).needsLogits();
      if (needed == (token == NONE) || token < INVALID_LOGITS || token >= vocabSize) {
        throw new IllegalStateException(
            "a sequence that %s a token got %d".formatted(needed ? "needs" : "needs not", token));
      }
    }
  }
}
