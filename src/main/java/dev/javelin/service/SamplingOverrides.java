package dev.javelin.service;

import dev.javelin.engine.request.StructuredOutput;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about sampling; null where it is silent and the model's defaults apply.
 * Ranges and units are those of {@link dev.javelin.engine.request.SamplingParams}.
 *
 * @param maxTokens null: as many as the context still holds
 * @param structured what every answer must look like; null: anything
 */
public record SamplingOverrides(
    @Nullable Float temperature,
    @Nullable Integer topK,
    @Nullable Float topP,
    @Nullable Float minP,
    @Nullable Float repetitionPenalty,
    @Nullable Float frequencyPenalty,
    @Nullable Float presencePenalty,
    Map<Integer, Float> logitBias,
    @Nullable Long seed,
    @Nullable Integer maxTokens,
    int minTokens,
    List<String> stop,
    Set<Integer> stopTokenIds,
    boolean ignoreEos,
    boolean includeStop,
    boolean skipSpecialTokens,
    @Nullable Structured structured) {

  /**
   * @param field the request's field that says so
   */
  public record Structured(StructuredOutput output, String field) {}

  public static final SamplingOverrides NONE =
      new SamplingOverrides(
          null, null, null, null, null, null, null, Map.of(), null, null, 0, List.of(), Set.of(),
          false, false, true, null);

  public SamplingOverrides {
    logitBias = Map.copyOf(logitBias);
    stop = List.copyOf(stop);
    stopTokenIds = Set.copyOf(stopTokenIds);
  }
}
