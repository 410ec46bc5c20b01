package dev.javelin.tensor;

/**
 * Element type of a {@link Tensor}. Quantized weights are not tensors: see {@code
 * quant.PackedWeight}.
 */
public enum DType {
  F32(4),
  F16(2),
  BF16(2),
  I32(4),
  I8(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  public int bytes() {
    return bytes;
  }
}
