package dev.javelin.engine;

import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.TokenRule;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Greedy sampling with the few fields that tests vary. */
public final class SamplingBuilder {
  public float temperature;
  public float repetitionPenalty = 1;
  public Map<Integer, Float> logitBias = Map.of();
  public @Nullable TokenRule rule;
  public OptionalLong seed = OptionalLong.empty();
  public int maxTokens = 16;
  public int minTokens;
  public List<String> stop = List.of();
  public Set<Integer> stopTokenIds = Set.of();
  public boolean ignoreEos;
  public boolean includeStop;

  public SamplingParams build() {
    return SamplingParams.builder()
        .temperature(temperature)
        .repetitionPenalty(repetitionPenalty)
        .logitBias(logitBias)
        .rule(rule)
        .seed(seed)
        .maxTokens(maxTokens)
        .minTokens(minTokens)
        .stop(stop)
        .stopTokenIds(stopTokenIds)
        .ignoreEos(ignoreEos)
        .includeStop(includeStop)
        .build();
  }
}
