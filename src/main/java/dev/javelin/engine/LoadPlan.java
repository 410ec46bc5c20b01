package dev.javelin.engine;

import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.LoadDefaults;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.quant.KvDType;

/**
 * What a load will do, settled before the cache is allocated.
 *
 * @param options with nothing zero but {@code threads}, which the backend chose
 */
record LoadPlan(LoadOptions options, KvCacheSpec cache, int numBlocks) {
  /**
   * @throws EngineException INSUFFICIENT_MEMORY if the cache asked for holds not even one sequence,
   *     INVALID_REQUEST if the context asked for is longer than the model's
   */
  static LoadPlan of(LoadOptions wanted, Model model, LoadDefaults defaults) {
    return of(wanted, model.config(), defaults);
  }

  /** As {@link #of(LoadOptions, Model, LoadDefaults)}, for a model that need not be loaded. */
  static LoadPlan of(LoadOptions wanted, ModelConfig config, LoadDefaults defaults) {
    int modelContext = config.contextLength();
    if (wanted.contextLength() > modelContext) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "a context of %d tokens was asked for, the model was made for %d"
              .formatted(wanted.contextLength(), modelContext));
    }
    int context = wanted.contextLength() == 0 ? modelContext : wanted.contextLength();
    int blockSize = wanted.blockSize() == 0 ? defaults.blockSize() : wanted.blockSize();
    KvDType dtype = wanted.kvDType() == null ? defaults.kvDType() : wanted.kvDType();
    KvCacheSpec cache =
        new KvCacheSpec(
            config.numLayers(), config.numKvHeads(), config.headDim(), blockSize, dtype);
    long bytesPerBlock = cache.bytesPerBlock();
    long blocksPerSequence = Math.ceilDiv(context, blockSize);
    long most = blocksPerSequence * wanted.maxSequences();
    long blocks;
    if (wanted.kvCacheBytes() == 0) {
      blocks = Math.clamp(defaults.kvCacheBytes() / bytesPerBlock, blocksPerSequence, most);
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
                wanted.tokenBudget() == 0 ? defaults.tokenBudget() : wanted.tokenBudget(),
                blockSize,
                blocks * bytesPerBlock,
                dtype,
                wanted.threads(),
                wanted.maxQueue(),
                wanted.maxQueuePerTenant(),
                promptTokens(wanted, defaults),
                wanted.prefixCache(),
                wanted.hostCacheBytes())
            .settled(),
        cache,
        Math.toIntExact(blocks));
  }

  /** The backend's bound goes with its own budget; 0 leaves the choice open. */
  private static int promptTokens(LoadOptions wanted, LoadDefaults defaults) {
    return wanted.promptTokens() == 0 && wanted.tokenBudget() == 0
        ? defaults.promptTokens()
        : wanted.promptTokens();
  }
}
