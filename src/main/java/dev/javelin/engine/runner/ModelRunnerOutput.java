package dev.javelin.engine.runner;

import dev.javelin.engine.scheduler.SchedulerOutput;
import java.util.List;

/**
 * What a step gave.
 *
 * @param sampledTokenIds [scheduled sequences] the token each got, {@link #NONE} where no logits
 *     were wanted, {@link #INVALID_LOGITS} where they, or those of the prompt, held no number to
 *     choose by, {@link #NOTHING_ALLOWED} where the request's own rules left none
 * @param logprobs [scheduled sequences]; empty where nobody asked
 * @param forced [scheduled sequences] further tokens that can only follow the sampled one; empty
 *     where there are none
 */
public record ModelRunnerOutput(
    int[] sampledTokenIds, List<SequenceLogprobs> logprobs, int[][] forced) {
  private static final int[] NO_TOKENS = {};

  public static final int NONE = -1;
  public static final int INVALID_LOGITS = -2;
  public static final int NOTHING_ALLOWED = -3;

  public ModelRunnerOutput(int[] sampledTokenIds) {
    this(sampledTokenIds, List.of(), new int[0][]);
  }

  /** The tokens that follow the n-th scheduled sequence's. */
  public int[] forced(int n) {
    return forced.length == 0 ? NO_TOKENS : forced[n];
  }

  /** What is said of the likelihood of the n-th scheduled sequence's tokens. */
  public SequenceLogprobs logprobs(int n) {
    return logprobs.isEmpty() ? SequenceLogprobs.NONE : logprobs.get(n);
  }

  /**
   * @throws IllegalStateException unless each sequence of {@code step} that needs one has a token
   *     below {@code vocabSize}, or invalid logits, and no other has a token
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
      boolean wrong = needed == (token == NONE) || token < NONE || token >= vocabSize;
      if (wrong && token != INVALID_LOGITS && !(needed && token == NOTHING_ALLOWED)) {
        throw new IllegalStateException(
            "a sequence that %s a token got %d".formatted(needed ? "needs" : "needs not", token));
      }
    }
  }
}
