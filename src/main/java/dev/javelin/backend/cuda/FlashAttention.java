package dev.javelin.backend.cuda;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.kernel.FlashKernels;
import dev.javelin.quant.KvDType;

/** Attention with the matrix units, with the memory its blocks share. */
final class FlashAttention {
  private final FlashKernels kernels;
  private final long partials;
  private final long counters;

  FlashAttention(FlashKernels kernels, DeviceArena memory, CudaStream stream) {
    this.kernels = kernels;
    partials = memory.allocate(kernels.partialBytes(), "partial attention");
    counters = memory.allocate(kernels.counterBytes(), "counters of partial attention");
    Copies.fill(counters, (byte) 0, kernels.counterBytes(), stream);
  }

  boolean serves(KvCacheSpec cache) {
    return cache.dtype() == KvDType.BF16 && kernels.serves(cache.headDim(), cache.blockSize());
  }

  void ropeAndStore(
      long qkv,
      VariantAngles.Angles angles,
      CudaRopeTable table,
      long cache,
      long slots,
      int rows,
      boolean interleaved,
      AttentionShape shape,
      int blockSize) {
    kernels.ropeAndStore(
        qkv,
        angles.table(),
        angles.rows(),
        cache,
        slots,
        rows,
        table.half(),
        interleaved,
        shape,
        blockSize);
  }

  void attend(
      long out,
      long qkv,
      long cache,
      CudaInputs inputs,
      int blockSize,
      AttentionSpec spec,
      AttentionMetadata metadata) {
    int sequences = metadata.numSequences;
    int maxBlocks = metadata.maxBlocksPerSequence;
    if (metadata.numTokens == sequences) {
      kernels.decode(
          out,
          qkv,
          cache,
          inputs.seqLens(),
          inputs.blockTables(),
          partials,
          counters,
          sequences,
          maxBlocks,
          blockSize,
          spec);
      return;
    }
    int longest = 0;
    for (int s = 0; s < sequences; s++) {
      longest = Math.max(longest, metadata.queryStart[s + 1] - metadata.queryStart[s]);
    }
    kernels
        .prefill()
        .run(
            out,
            qkv,
            cache,
            inputs.seqLens(),
            inputs.queryStart(),
            inputs.blockTables(),
            sequences,
            longest,
            maxBlocks,
            blockSize,
            spec);
  }
}
