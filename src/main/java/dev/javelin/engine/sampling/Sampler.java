package dev.javelin.engine.sampling;

/**
 * Chooses the next token of a sequence. In this order, which is vLLM's: end tokens masked before
 * {@code minTokens}, logit bias, repetition (arXiv:1909.05858), frequency and presence penalties,
 * temperature, min-p (arXiv:2407.01082), top-k, top-p (arXiv:1904.09751). Tokens that tie with the
 * k-th are all kept; elsewhere the lower id goes first. Engine thread only.
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

  /** Masks, bias and penalties, in place. */
  void adjust(float[] logits, int offset, SamplerState state) {
    if (state.numOutput < state.params.minTokens()) {
      for (int id : state.endTokenIds) {
        if (id < vocabSize) {
          logits[offset + id] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    for (int i = 0; i < state.biasedIds.length; i++) {
      logits[offset + state.biasedIds[i]] += state.biases[i];
    }
    if (!state.penalized) {
      return;
    }
    float repetition = state.params.repetitionPenalty();
    for (int id = state.seen.nextSetBit(0); id >= 0; id = state.seen.nextSetBit(id + 1)) {
      float logit = logits[offset + id];
      logits[offset + id] = logit > 0 ? logit / repetition : logit * repetition;
    }
    for (int i = 0; i < state.numDistinct; i++) {
      logits[offset + state.distinct[i]] -=
          state.params.frequencyPenalty() * state.counts[i] + state.params.presencePenalty();
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
    candidates.fill(logits, offset, vocabSize, logits[offset + best], state.params.temperature());
    if (state.params.minP() > 0f) {
      candidates.keepMinP(state.params.minP());
    }
    if (state.params.topK() > 0) {
      candidates.keepTopK(state.params.topK());
    }
    if (state.params.topP() < 1f) {
      candidates.keepTopP(state.params.topP());
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
