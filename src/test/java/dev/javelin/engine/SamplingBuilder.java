package dev.javelin.engine;

import dev.javelin.engine.request.SamplingParams;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Greedy sampling with the few fields that tests vary. */
public final class SamplingBuilder {
  public float temperature;
  public float repetitionPenalty = 1;
  public Map<Integer, Float> logitBias = Map.of();
  public OptionalLong seed = OptionalLong.empty();
  public int maxTokens = 16;
  public int minTokens;
  public List<String> stop = List.of();
  public Set<Integer> stopTokenIds = Set.of();
  public boolean ignoreEos;
  public boolean includeStop;

  public SamplingParams build() {
    return new SamplingParams(
        temperature,
        0,
        1f,
        0f,
        repetitionPenalty,
        0f,
        0f,
        logitBias,
        seed,
        maxTokens,
        minTokens,
        stop,
        stopTokenIds,
        ignoreEos,
        includeStop,
        true);
  }
}
