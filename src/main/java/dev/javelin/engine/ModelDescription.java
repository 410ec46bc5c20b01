package dev.javelin.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint says of itself.
 *
 * @param format {@code gguf} or {@code safetensors}
 * @param contextLength tokens it was made for
 * @param tokenizerSha256 in hex; equal where two checkpoints tokenise alike
 * @param templateSha256 in hex, of the chat template; null without one
 * @param licence as its metadata names it; null if it does not
 */
public record ModelDescription(
    String format,
    String architecture,
    int contextLength,
    String tokenizerSha256,
    @Nullable String templateSha256,
    @Nullable String licence) {}
