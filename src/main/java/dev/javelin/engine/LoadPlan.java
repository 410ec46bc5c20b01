package dev.javelin.engine;

import dev.javelin.backend.KvCacheSpec;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.model.Model;
import dev.javelin.quant.KvDType;

/**
 * What a load will do, settled before the cache is allocated.
 *
 * @param options with nothing zero but {@code threads}, which the backend chose
 */
record LoadPlan(LoadOptions options, int numBlocks) {
  /** Enough for a batch of a few long sequences, little enough to stay unnoticed. */
  private static final long DEFAULT_KV_BYTES = 256L << 20;

  /**
   * @throws EngineException INSUFFICIENT_MEMORY if the cache asked for holds not even one sequence,
   *     INVALID_REQUEST if the context asked for is longer than the model's
   */
  static LoadPlan of(LoadOptions wanted, Model model) {
    int modelContext = model.config().contextLength();
    if (wanted.contextLength() > modelContext) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "a context of %d tokens was asked for, the model was made for %d"
              .formatted(wanted.contextLength(), modelContext));
    }
    int context = wanted.contextLength() == 0 ? modelContext : wanted.contextLength();
    KvCacheSpec spec = model.kvCacheSpec(wanted.blockSize(), wanted.kvDType());
    long bytesPerBlock = bytesPerBlock(spec);
    long blocksPerSequence = Math.ceilDiv(context, wanted.blockSize());
    long most = blocksPerSequence * wanted.maxSequences();
    long blocks;
    if (wanted.kvCacheBytes() == 0) {
      blocks = Math.clamp(DEFAULT_KV_BYTES / bytesPerBlock, blocksPerSequence, most);
    } else {
      blocks = Math.min(wanted.kvCacheBytes() / bytesPerBlock, most);
      if (blocks < blocksPerSequence) {
        throw new EngineException(
            ErrorCode.INSUFFICIENT_MEMORY,
            "a KV cache of %d bytes was asked for; one sequence of %d tokens needs %d: ask for more or for a shorter context"
                .formatted(wanted.kvCacheBytes(), context, blocksPerSequence * bytesPerBlock));
      }
    }
    return new LoadPlan(
        new LoadOptions(
            context,
            wanted.maxSequences(),
            wanted.tokenBudget(),
            wanted.blockSize(),
            blocks * bytesPerBlock,
            wanted.kvDType(),
            wanted.threads(),
            wanted.maxQueue()),
        Math.toIntExact(blocks));
  }

  private static long bytesPerBlock(KvCacheSpec spec) {
    long elements = 2L * spec.numLayers() * spec.numKvHeads() * spec.headDim() * spec.blockSize();
    return elements * (spec.dtype() == KvDType.F16 ? 2 : 4);
  }
}
