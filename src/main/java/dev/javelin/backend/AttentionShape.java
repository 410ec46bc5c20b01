package dev.javelin.backend;

/**
 * Heads of one attention layer and the layout of its fused projection: a row of {@code qkv} is
 * {@code numHeads} query heads, then {@code numKvHeads} key heads, then {@code numKvHeads} value
 * heads, each of {@code headDim} elements.
 */
public record AttentionShape(int numHeads, int numKvHeads, int headDim) {
  public AttentionShape {
    if (numKvHeads <= 0 || numHeads % numKvHeads != 0 || headDim <= 0) {
      throw new IllegalArgumentException(
          "numHeads %d must be a multiple of numKvHeads %d, headDim %d positive"
              .formatted(numHeads, numKvHeads, headDim));
    }
  }

  public int querySize() {
    return numHeads * headDim;
  }

  public int kvSize() {
    return numKvHeads * headDim;
  }

  /** Columns of a fused qkv row. */
  public int qkvSize() {
    return querySize() + 2 * kvSize();
  }
}
