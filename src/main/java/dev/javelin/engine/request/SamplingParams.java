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
 * @param repetitionPenalty over prompt and answer; (0, 100]; 1: none (Keskar et al., 2019,
 *     arXiv:1909.05858)
 * @param frequencyPenalty per occurrence in the answer; [-2, 2]
 * @param presencePenalty once a token is in the answer; [-2, 2]
 * @param logitBias token id to bias in [-100, 100]
 * @param seed of this sequence's own random stream; empty: a fresh one
 * @param maxTokens most sampled tokens; at least 1
 * @param minTokens end tokens are masked, and stop strings not looked for, before this many; [0,
 *     maxTokens]
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
    require(temperature >= 0f && temperature <= 2f, "temperature", temperature, "from 0 to 2");
    require(topK >= -1, "top_k", topK, "-1 or 0 for all, or a positive number");
    require(topP > 0f && topP <= 1f, "top_p", topP, "above 0 and at most 1");
    require(minP >= 0f && minP < 1f, "min_p", minP, "at least 0 and below 1");
    require(
        repetitionPenalty > 0f && repetitionPenalty <= 100f,
        "repetition_penalty",
        repetitionPenalty,
        "above 0 and at most 100");
    require(
        frequencyPenalty >= -2f && frequencyPenalty <= 2f,
        "frequency_penalty",
        frequencyPenalty,
        "from -2 to 2");
    require(
        presencePenalty >= -2f && presencePenalty <= 2f,
        "presence_penalty",
        presencePenalty,
        "from -2 to 2");
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      require(bias.getKey() >= 0, "logit_bias", bias.getKey(), "keyed by token ids from 0");
      float value = bias.getValue();
      require(value >= -100f && value <= 100f, "logit_bias", value, "from -100 to 100");
    }
    require(maxTokens >= 1, "max_tokens", maxTokens, "at least 1");
    require(
        minTokens >= 0 && minTokens <= maxTokens,
        "min_tokens",
        minTokens,
        "from 0 to max_tokens, which is " + maxTokens);
    for (String text : stop) {
      require(!text.isEmpty(), "stop", "\"\"", "made of strings that are not empty");
    }
    for (int id : stopTokenIds) {
      require(id >= 0, "stop_token_ids", id, "made of token ids from 0");
    }
  }

  private static void require(boolean valid, String field, Object given, String allowed) {
    if (!valid) {
      throw new EngineException(
          ErrorCode.INVALID_REQUEST,
          "%s must be %s, but is %s".formatted(field, allowed, given),
          field,
          null);
    }
  }

  public boolean greedy() {
    return temperature == 0f;
  }
}
