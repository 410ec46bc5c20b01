package dev.javelin.engine;

import dev.javelin.quant.KvDType;

/**
 * What a load may choose. Zero means "choose for me" where it says so; what was chosen is in {@link
 * LoadedModel#effective()}.
 *
 * @param contextLength most tokens of a sequence; 0: the model's own
 * @param maxSequences most sequences in a running batch
 * @param tokenBudget most tokens of a step
 * @param blockSize positions of a KV block
 * @param kvCacheBytes memory for the KV cache; 0: enough for a sensible batch
 * @param threads 0: the physical cores the process may use
 * @param maxQueue requests that may wait
 */
public record LoadOptions(
    int contextLength,
    int maxSequences,
    int tokenBudget,
    int blockSize,
    long kvCacheBytes,
    KvDType kvDType,
    int threads,
    int maxQueue) {
  public static final LoadOptions DEFAULT = new LoadOptions(0, 32, 512, 16, 0, KvDType.F16, 0, 256);
}
