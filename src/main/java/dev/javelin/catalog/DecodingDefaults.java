package dev.javelin.catalog;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sampling values that apply where a request is silent; null where nothing is set. */
public record DecodingDefaults(
    @Nullable Float temperature,
    @Nullable Integer topK,
    @Nullable Float topP,
    @Nullable Float minP,
    @Nullable Float repetitionPenalty,
    @Nullable Float frequencyPenalty,
    @Nullable Float presencePenalty,
    @Nullable Integer maxTokens) {

  /** Reads a checkpoint's generation_config; what is there but no number is left unset. */
  public static DecodingDefaults of(Map<String, Object> generationConfig) {
    return new DecodingDefaults(
        real(generationConfig, "temperature"),
        whole(generationConfig, "top_k"),
        real(generationConfig, "top_p"),
        real(generationConfig, "min_p"),
        real(generationConfig, "repetition_penalty"),
        null,
        null,
        null);
  }

  /** These values, and {@code other}'s where these are unset. */
  public DecodingDefaults orElse(DecodingDefaults other) {
    return new DecodingDefaults(
        temperature != null ? temperature : other.temperature,
        topK != null ? topK : other.topK,
        topP != null ? topP : other.topP,
        minP != null ? minP : other.minP,
        repetitionPenalty != null ? repetitionPenalty : other.repetitionPenalty,
        frequencyPenalty != null ? frequencyPenalty : other.frequencyPenalty,
        presencePenalty != null ? presencePenalty : other.presencePenalty,
        maxTokens != null ? maxTokens : other.maxTokens);
  }

  private static @Nullable Float real(Map<String, Object> values, String name) {
    return values.get(name) instanceof Number number ? number.floatValue() : null;
  }

  private static @Nullable Integer whole(Map<String, Object> values, String name) {
    return values.get(name) instanceof Number number ? number.intValue() : null;
  }
}
