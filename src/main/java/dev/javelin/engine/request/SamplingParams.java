package dev.javelin.engine.request;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How one sequence is sampled. Build from {@link #DEFAULT} with the {@code with} methods, or with
 * the constructor, which checks every range and throws {@link EngineException} naming the field.
 *
 * @param temperature 0: greedy; up to 2
 * @param topK most candidates; 0 or -1: all
 * @param topP smallest set with this probability; (0, 1]
 * @param minP least probability relative to the best; [0, 1)
 * @param repetitionPenalty over prompt and answer; 1: none (Keskar et al., 2019, arXiv:1909.05858)
 * @param frequencyPenalty per occurrence in the answer; [-2, 2]
 * @param presencePenalty once a token is in the answer; [-2, 2]
 * @param logitBias token id to bias in [-100, 100]
 * @param seed of this sequence's own random stream; empty: a fresh one
 * @param maxTokens most sampled tokens; at least 1
 * @param minTokens end tokens are masked before this many
 * @param stop strings that end the answer and are cut from it
 * @param stopTokenIds further end tokens
 * @param ignoreEos the model's own end tokens do not end it
 * @param includeStop a matched stop string stays in the answer
 * @param skipSpecialTokens control tokens are left out of the text
 */
public record SamplingParams(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float frequencyPenalty,
    float presencePenalty,
    Map<Integer, Float> logitBias,
    OptionalLong seed,
    int maxTokens,
    int minTokens,
    List<String> stop,
    Set<Integer> stopTokenIds,
    boolean ignoreEos,
    boolean includeStop,
    boolean skipSpecialTokens) {

  /** Temperature 1, nothing cut, 16 tokens. */
  public static final SamplingParams DEFAULT =
      new SamplingParams(
          1f,
          0,
          1f,
          0f,
          1f,
          0f,
          0f,
          Map.of(),
          OptionalLong.empty(),
          16,
          0,
          List.of(),
          Set.of(),
          false,
          false,
          true);

  public SamplingParams {
    logitBias = Map.copyOf(logitBias);
    stop = List.copyOf(stop);
    stopTokenIds = Set.copyOf(stopTokenIds);
  }

  public boolean greedy() {
    return temperature == 0f;
  }
}
