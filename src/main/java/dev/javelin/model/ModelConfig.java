package dev.javelin.model;

import java.util.Map;

/**
 * The dimensions every part of the server needs, read from a Hugging Face style configuration.
 *
 * @param architecture {@code model_type}: llama, mistral, qwen2, qwen3, smollm3 …
 * @param contextLength most tokens of a sequence, prompt and answer together
 * @param raw the whole configuration, for what only one family reads
 */
public record ModelConfig(
    String architecture,
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numLayers,
    int numHeads,
    int numKvHeads,
    int headDim,
    int contextLength,
    float rmsNormEps,
    boolean tiedEmbeddings,
    Map<String, Object> raw) {}
