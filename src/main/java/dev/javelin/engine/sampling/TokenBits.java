package dev.javelin.engine.sampling;

import java.util.Arrays;

/** Sets of tokens: bit {@code id % 64} of word {@code id / 64}. */
final class TokenBits {
  private TokenBits() {}

  /** Sets to minus infinity every logit whose bit is not set in {@code allowed}. */
  static void mask(long[] allowed, float[] logits, int offset, int vocabSize) {
    for (int word = 0; word * Long.SIZE < vocabSize; word++) {
      int first = word * Long.SIZE;
      int end = Math.min(first + Long.SIZE, vocabSize);
      long bits = allowed[word];
      if (bits == 0) {
        Arrays.fill(logits, offset + first, offset + end, Float.NEGATIVE_INFINITY);
      } else if (bits != -1L) {
        for (int id = first; id < end; id++) {
          if ((bits >>> id & 1) == 0) {
            logits[offset + id] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
  }
}
