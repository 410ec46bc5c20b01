package dev.javelin.backend;

import dev.javelin.quant.KvDType;

/**
 * What suits a backend where a load leaves the choice open.
 *
 * @param tokenBudget most tokens of a step
 * @param promptTokens most of them that are prompt while others wait for a token of their answer
 * @param blockSize positions of a KV block
 * @param kvCacheBytes memory for the KV cache, as things stand now: a device counts what is free
 */
public record LoadDefaults(
    int tokenBudget, int promptTokens, int blockSize, KvDType kvDType, long kvCacheBytes) {}
