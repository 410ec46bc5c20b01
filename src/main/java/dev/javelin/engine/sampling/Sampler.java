package dev.javelin.engine.sampling;

import dev.javelin.engine.request.Truncation;

/**
 * Chooses the next token of a sequence. In this order, which is vLLM's: the {@link LogitsSteps},
 * temperature, min-p, top-k, top-p. Tokens that tie with the k-th are all kept; elsewhere the lower
 * id goes first. Engine thread only.
 */
public final class Sampler {
  /** What {@link #sample} returns for logits that hold no finite maximum or a NaN. */
  public static final int INVALID_LOGITS = -2;

  private final int vocabSize;
  private final Candidates candidates;

  public Sampler(int vocabSize) {
    this.vocabSize = vocabSize;
    candidates = new Candidates(vocabSize);
  }

  /**
   * Samples one token and counts it in {@code state}.
   *
   * @param logits changed in {@code [offset, offset + vocabSize)}
   * @return a token id, or {@link #INVALID_LOGITS}
   */
  public int sample(float[] logits, int offset, SamplerState state) {
    adjust(logits, offset, state);
    int best = argmax(logits, offset);
    if (best == INVALID_LOGITS) {
      return INVALID_LOGITS;
    }
    int token = best;
    if (!state.params.greedy()) {
      token = draw(survivors(logits, offset, best, state), state);
    }
    state.append(token);
    return token;
  }

  /** Runs the steps that change logits, in place. */
  void adjust(float[] logits, int offset, SamplerState state) {
    for (LogitsStep step : state.logitsSteps) {
      step.apply(logits, offset);
    }
  }

  /** Lowest id of the largest logit. */
  int argmax(float[] logits, int offset) {
    int best = INVALID_LOGITS;
    float max = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < vocabSize; id++) {
      float logit = logits[offset + id];
      if (Float.isNaN(logit)) {
        return INVALID_LOGITS;
      }
      if (logit > max) {
        max = logit;
        best = id;
      }
    }
    return max == Float.POSITIVE_INFINITY ? INVALID_LOGITS : best;
  }

  Candidates survivors(float[] logits, int offset, int best, SamplerState state) {
    Truncation truncation = state.params.truncation();
    candidates.fill(logits, offset, vocabSize, logits[offset + best], state.params.temperature());
    if (truncation.minP() > 0f) {
      candidates.keepMinP(truncation.minP());
    }
    if (truncation.topK() > 0) {
      candidates.keepTopK(truncation.topK());
    }
    if (truncation.topP() < 1f) {
      candidates.keepTopP(truncation.topP());
    }
    return candidates;
  }

  private static int draw(Candidates candidates, SamplerState state) {
    double left = state.random.nextDouble() * candidates.totalWeight();
    for (int i = 0; i < candidates.size() - 1; i++) {
      left -= candidates.weight(i);
      if (left < 0) {
        return candidates.id(i);
      }
    }
    return candidates.id(candidates.size() - 1);
  }
}
