package dev.javelin.engine.sampling;

import dev.javelin.engine.request.TokenLogprobs;

/** A row of logits as the model gave it, kept while sampling changes the row. Reused. */
final class RawDistribution {
  private final float[] logits;
  private final LargestLogits largest = new LargestLogits();
  private double logTotal;

  RawDistribution(int vocabSize) {
    logits = new float[vocabSize];
  }

  /**
   * Takes a copy of {@code from[offset .. offset + vocabSize)}.
   *
   * @param max the largest of them, finite
   */
  void read(float[] from, int offset, float max) {
    System.arraycopy(from, offset, logits, 0, logits.length);
    double total = 0;
    for (float logit : logits) {
      total += FastExp.exp((double) logit - max);
    }
    logTotal = max + Math.log(total);
  }

  /** Leaves out the tokens that are masked in {@code from[offset ..]}; the total stays. */
  void keep(float[] from, int offset) {
    for (int id = 0; id < logits.length; id++) {
      if (from[offset + id] == Float.NEGATIVE_INFINITY) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /**
   * @param top how many of the likeliest tokens to name
   */
  TokenLogprobs of(int token, int top) {
    float own = logits[token];
    int rank = 0;
    for (float logit : logits) {
      if (logit >= own) {
        rank++;
      }
    }
    int[] ids = {};
    float[] logprobs = {};
    if (top > 0) {
      largest.find(logits, 0, logits.length, top);
      largest.sort();
      ids = new int[largest.size()];
      logprobs = new float[ids.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = largest.id(i);
        logprobs[i] = logprob(largest.value(i));
      }
    }
    return new TokenLogprobs(token, logprob(own), rank, ids, logprobs);
  }

  private float logprob(float logit) {
    return (float) (logit - logTotal);
  }
}
