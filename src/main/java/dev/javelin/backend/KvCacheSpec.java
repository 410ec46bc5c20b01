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
}
