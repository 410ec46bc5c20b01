package dev.javelin.quant;

import java.lang.foreign.MemorySegment;

/** Walks the blocks of a run of elements. */
record BlockCodec(int blockElements, int blockBytes, BlockDecoder decoder) implements WeightCodec {
  @Override
  public void decode(
      MemorySegment source, long offsetBytes, float[] target, int targetOffset, int count) {
    if (count < 0 || count % blockElements != 0) {
      throw new IllegalArgumentException(
          "%d elements are no multiple of a block of %d".formatted(count, blockElements));
    }
    for (int i = 0; i < count; i += blockElements) {
      decoder.decode(
          source, offsetBytes + (long) (i / blockElements) * blockBytes, target, targetOffset + i);
    }
  }
}
