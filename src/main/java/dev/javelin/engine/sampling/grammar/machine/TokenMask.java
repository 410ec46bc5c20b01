package dev.javelin.engine.sampling.grammar.machine;

import java.util.Arrays;

/** Which tokens of a vocabulary may come next. Immutable. */
public final class TokenMask {
  /** {@link #forced} where there is a choice. */
  public static final int NOT_FORCED = -1;

  /** [ceil(vocabulary / 64)] one bit a token. */
  private final long[] bits;

  private final int size;
  private final int first;

  /**
   * @param bits not copied
   */
  TokenMask(long[] bits) {
    this.bits = bits;
    int count = 0;
    int lowest = NOT_FORCED;
    for (int w = bits.length - 1; w >= 0; w--) {
      count += Long.bitCount(bits[w]);
      if (bits[w] != 0) {
        lowest = w * 64 + Long.numberOfTrailingZeros(bits[w]);
      }
    }
    size = count;
    first = lowest;
  }

  /** How many tokens are allowed. */
  public int size() {
    return size;
  }

  public boolean allows(int token) {
    int word = token >> 6;
    return word < bits.length && (bits[word] >>> token & 1) != 0;
  }

  /** The one token that is allowed, {@link #NOT_FORCED} if there are none or several. */
  public int forced() {
    return size == 1 ? first : NOT_FORCED;
  }

  /**
   * Sets the logit of every other token to minus infinity.
   *
   * @param logits changed in {@code [offset, offset + vocabSize)}
   * @param vocabSize tokens past the tokenizer's last are never allowed
   */
  public void apply(float[] logits, int offset, int vocabSize) {
    int words = Math.min(bits.length, vocabSize + 63 >> 6);
    for (int w = 0; w < words; w++) {
      long denied = ~bits[w];
      int from = offset + w * 64;
      int to = offset + Math.min(vocabSize, w * 64 + 64);
      if (denied == -1L) {
        Arrays.fill(logits, from, to, Float.NEGATIVE_INFINITY);
        continue;
      }
      for (; denied != 0; denied &= denied - 1) {
        int at = from + Long.numberOfTrailingZeros(denied);
        if (at < to) {
          logits[at] = Float.NEGATIVE_INFINITY;
        }
      }
    }
    int rest = words * 64;
    if (rest < vocabSize) {
      Arrays.fill(logits, offset + rest, offset + vocabSize, Float.NEGATIVE_INFINITY);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenMask mask && Arrays.equals(bits, mask.bits);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bits);
  }
}
