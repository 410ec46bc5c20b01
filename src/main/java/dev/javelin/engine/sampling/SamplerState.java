package dev.javelin.engine.sampling;

import dev.javelin.engine.request.Mirostat;
import dev.javelin.engine.request.SamplingParams;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What sampling remembers of one sequence: its parameters, its own random numbers and the steps
 * that follow its tokens. A sequence thus gets the same tokens whatever runs beside it, and after a
 * preemption.
 */
public final class SamplerState {
  final SamplingParams params;
  final Draws draws;
  final History history;
  final LogitsStep[] logitsSteps;

  /** Most surprise in bits that Mirostat lets through now. */
  double mirostatMu;

  /**
   * @param promptTokenIds what the repetition penalty counts beside the answer
   * @param endTokenIds masked until {@code minTokens} are sampled
   * @param vocabSize logits of a row
   */
  public SamplerState(
      SamplingParams params, int[] promptTokenIds, int[] endTokenIds, int vocabSize) {
    this.params = params;
    draws = new Draws(params.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()));
    history = new History(promptTokenIds);
    logitsSteps = LogitsSteps.of(params, history, endTokenIds, vocabSize);
    Mirostat mirostat = params.mirostat();
    mirostatMu = mirostat == null ? 0 : 2 * mirostat.tau();
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
    history.append(token);
    for (LogitsStep step : logitsSteps) {
      step.accept(token);
    }
  }
}
