package dev.javelin.engine.sampling;

import dev.javelin.engine.request.SamplingParams;
import java.util.SplittableRandom;

/**
 * What sampling remembers of one sequence: its parameters, its own random stream and the steps that
 * follow its tokens. A sequence thus gets the same tokens whatever runs beside it.
 */
public final class SamplerState {
  final SamplingParams params;
  final SplittableRandom random;
  final LogitsStep[] logitsSteps;

  /**
   * @param promptTokenIds what the repetition penalty counts beside the answer
   * @param endTokenIds masked until {@code minTokens} are sampled
   * @param vocabSize logits of a row
   */
  public SamplerState(
      SamplingParams params, int[] promptTokenIds, int[] endTokenIds, int vocabSize) {
    this.params = params;
    random =
        params.seed().isPresent()
            ? new SplittableRandom(params.seed().getAsLong())
            : new SplittableRandom();
    logitsSteps = LogitsSteps.of(params, promptTokenIds, endTokenIds, vocabSize);
  }

  /** Whether the largest logit, as the model gave it, is the next token. */
  public boolean takesTheBest() {
    if (!params.greedy()) {
      return false;
    }
    for (LogitsStep step : logitsSteps) {
      if (!step.idle()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts the index of the largest logit as the next token.
   *
   * @return the token, {@link Sampler#INVALID_LOGITS} if there was none
   */
  public int take(int best) {
    if (best < 0) {
      return Sampler.INVALID_LOGITS;
    }
    append(best);
    return best;
  }

  /** Counts a token of the answer. */
  void append(int token) {
    for (LogitsStep step : logitsSteps) {
      step.accept(token);
    }
  }
}
