package dev.javelin.quant;

/** Every storage format of a weight. */
public enum WeightFormat {
  F32(0, 1, 4);

  private final int ggmlType;
  private final int blockElements;
  private final int blockBytes;

  WeightFormat(int ggmlType, int blockElements, int blockBytes) {
    this.ggmlType = ggmlType;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** Type id in a GGUF file. */
  public int ggmlType() {
    return ggmlType;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code elements} consecutive elements.
   *
   * @throws IllegalArgumentException if they do not fill whole blocks
   */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new IllegalArgumentException(
          "%s: %d elements are no multiple of its block of %d"
              .formatted(this, elements, blockElements));
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }

  public WeightCodec codec() {
    throw new UnsupportedOperationException();
  }
}
