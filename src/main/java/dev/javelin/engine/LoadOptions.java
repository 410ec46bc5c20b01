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
 */
public record LoadOptions(
    int contextLength,
    int maxSequences,
    int tokenBudget,
    int blockSize,
    long kvCacheBytes,
    @Nullable KvDType kvDType,
    int threads,
    int maxQueue) {
  public static final LoadOptions DEFAULT = new LoadOptions(0, 32, 0, 0, 0, null, 0, 256);
}
