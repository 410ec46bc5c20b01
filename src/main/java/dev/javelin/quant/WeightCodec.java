package dev.javelin.quant;

import java.lang.foreign.MemorySegment;

/** Scalar decoder of one weight format: the oracle every fast kernel is tested against. */
public interface WeightCodec {
  /**
   * Decodes {@code count} consecutive elements.
   *
   * @param source packed blocks, little-endian
   * @param offsetBytes start of a block
   * @param target [at least targetOffset + count] receives float32 values
   * @param count a multiple of the format's block size
   * @throws IndexOutOfBoundsException if either side is too short
   */
  void decode(MemorySegment source, long offsetBytes, float[] target, int targetOffset, int count);
}
