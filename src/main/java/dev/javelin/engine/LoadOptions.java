package dev.javelin.engine;

import dev.javelin.quant.KvDType;
import org.jspecify.annotations.Nullable;

/**
 * What a load may choose. Zero or null means "choose for me" where it says so; what was chosen is
 * in {@link LoadedModel#effective()}.
 *
 * @param contextLength most tokens of a sequence; 0: the model's own
 * @param maxSequences most sequences in a running batch
 * @param tokenBudget most tokens of a step; 0: what suits the backend
 * @param blockSize positions of a KV block; 0: what suits the backend
 * @param kvCacheBytes memory for the KV cache; 0: what the backend can spare
 * @param kvDType null: what suits the backend
 * @param threads 0: the physical cores the process may use
 * @param maxQueue requests that may wait
 * @param maxQueuePerTenant requests of one tenant that may wait; 0: three quarters of {@code
 *     maxQueue}, so that one tenant does not fill it alone
 * @param promptTokens most prompt tokens of a step that also computes answers: how much a long
 *     prompt may stretch the time between two tokens of others; 0: what suits the backend, or a
 *     quarter of a budget that was chosen
 * @param prefixCache whether requests that begin alike share computed keys
 * @param hostCacheBytes host memory for KV blocks that the cache has no room for; 0: none
 */
public record LoadOptions(
    int contextLength,
    int maxSequences,
    int tokenBudget,
    int blockSize,
    long kvCacheBytes,
    @Nullable KvDType kvDType,
    int threads,
    int maxQueue,
    int maxQueuePerTenant,
    int promptTokens,
    boolean prefixCache,
    long hostCacheBytes) {
  public static final LoadOptions DEFAULT = new LoadOptions(0, 32, 0, 0, 0, null, 0, 256);

  /** A prefix cache, and what else is not named chosen by the engine. */
  public LoadOptions(
      int contextLength,
      int maxSequences,
      int tokenBudget,
      int blockSize,
      long kvCacheBytes,
      @Nullable KvDType kvDType,
      int threads,
      int maxQueue) {
    this(
        contextLength,
        maxSequences,
        tokenBudget,
        blockSize,
        kvCacheBytes,
        kvDType,
        threads,
        maxQueue,
        0,
        0,
        true,
        0);
  }

  /** The same with nothing left to choose about queue and step. */
  LoadOptions settled() {
    return new LoadOptions(
        contextLength,
        maxSequences,
        tokenBudget,
        blockSize,
        kvCacheBytes,
        kvDType,
        threads,
        maxQueue,
        maxQueuePerTenant == 0 ? Math.ceilDiv(maxQueue * 3, 4) : maxQueuePerTenant,
        promptTokens == 0 ? Math.ceilDiv(tokenBudget, 4) : promptTokens,
        prefixCache,
        hostCacheBytes);
  }
}
