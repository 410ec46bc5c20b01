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

  /** [ceil(vocabSize / 64)] bit {@code id % 64} of word {@code id / 64}; not to be written to. */
  public long[] bits() {
    return bits;
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
