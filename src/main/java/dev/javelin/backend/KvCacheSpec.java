package dev.javelin.backend;

import dev.javelin.quant.KvDType;

/** What one model's KV cache must hold. @param blockSize positions per block */
public record KvCacheSpec(
    int numLayers, int numKvHeads, int headDim, int blockSize, KvDType dtype) {

  /** Bytes of one block over all layers, keys and values. */
  public long bytesPerBlock() {
    return 2L
        * dtype.bytes()
        * blockSize
        * headDim
        * Math.multiplyExact((long) numKvHeads, (long) numLayers);
  }

  /**
   * @throws IllegalArgumentException unless the cache has that layer, with keys and values of that
   *     shape
   */
  public void check(int layer, AttentionShape shape) {
    if (layer < 0
        || layer >= numLayers
        || shape.numKvHeads() != numKvHeads
        || shape.headDim() != headDim) {
      throw new IllegalArgumentException(
          "layer %d with %s does not fit a cache of %s".formatted(layer, shape, this));
    }
  }
}
