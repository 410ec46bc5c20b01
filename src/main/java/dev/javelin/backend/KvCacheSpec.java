package dev.javelin.backend;

import dev.javelin.quant.KvDType;

/** What one model's KV cache must hold. @param blockSize positions per block */
public record KvCacheSpec(
    int numLayers, int numKvHeads, int headDim, int blockSize, KvDType dtype) {}
