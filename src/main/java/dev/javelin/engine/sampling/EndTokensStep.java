package dev.javelin.engine.sampling;

import java.util.Arrays;

/** Masks the tokens that end an answer until it has the least number of tokens. */
final class EndTokensStep implements LogitsStep {
  private final int[] endTokenIds;
  private int left;

  /**
   * @param endTokenIds those the model has no logit for, which a tokenizer may have, are left out
   */
  EndTokensStep(int minTokens, int[] endTokenIds, int vocabSize) {
    left = minTokens;
    this.endTokenIds = Arrays.stream(endTokenIds).filter(id -> id < vocabSize).toArray();
  }

  @Override
  public void apply(float[] logits, int offset) {
    if (left > 0) {
      for (int id : endTokenIds) {
        logits[offset + id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  @Override
  public void accept(int token) {
    left--;
  }

  @Override
  public boolean idle() {
    return left <= 0;
  }
}
