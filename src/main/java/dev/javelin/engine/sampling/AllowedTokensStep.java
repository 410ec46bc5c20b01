package dev.javelin.engine.sampling;

import java.util.Set;

/** Masks all tokens but a few. */
final class AllowedTokensStep implements LogitsStep {
  private final long[] allowed;
  private final int vocabSize;

  AllowedTokensStep(Set<Integer> allowedTokenIds, int vocabSize) {
    this.vocabSize = vocabSize;
    allowed = new long[Math.ceilDiv(vocabSize, Long.SIZE)];
    for (int id : allowedTokenIds) {
      allowed[id / Long.SIZE] |= 1L << id;
    }
  }

  @Override
  public void apply(float[] logits, int offset) {
    TokenBits.mask(allowed, logits, offset, vocabSize);
  }
}
