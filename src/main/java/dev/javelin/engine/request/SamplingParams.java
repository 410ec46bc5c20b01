package dev.javelin.engine.request;

import static dev.javelin.engine.request.Ranges.require;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one sequence is sampled; made by a {@link SamplingParamsBuilder}. Every range is checked: a
 * value outside is an {@link EngineException} that names the request's field.
 *
 * @param temperature 0: greedy; up to 2
 * @param mirostat in place of {@code truncation}; null: not
 * @param logitBias token id to bias in [-100, 100]
 * @param allowedTokenIds the only tokens that may come; null: any
 * @param badWords token sequences that must not come in the answer; none empty
 * @param rule limits which tokens may come next; null: any may
 * @param seed of this sequence's own random stream; empty: a fresh one
 * @param maxTokens most sampled tokens; at least 1
 * @param minTokens end tokens are masked, and stop strings not looked for, before this many; [0,
 *     maxTokens]
 * @param stop strings that end the answer and are cut from it
 * @param stopTokenIds further end tokens
 * @param ignoreEos the model's own end tokens do not end it
 * @param includeStop a matched stop string stays in the answer
 * @param skipSpecialTokens control tokens are left out of the text
 * @param logprobs how many of the likeliest tokens to name beside each token of the answer; [0,
 *     {@value #MAX_LOGPROBS}]; {@value #NO_LOGPROBS}: nothing is said of its probability either
 * @param promptLogprobs the same for each token of the prompt but the first
 * @param allowedOnly among the likeliest of the answer only those are named that the rule and the
 *     lists above let through; their logprobs are the model's all the same
 */
public record SamplingParams(
    float temperature,
    Truncation truncation,
    @Nullable Mirostat mirostat,
    Penalties penalties,
    Map<Integer, Float> logitBias,
    @Nullable Set<Integer> allowedTokenIds,
    List<List<Integer>> badWords,
    @Nullable TokenRule rule,
    OptionalLong seed,
    int maxTokens,
    int minTokens,
    List<String> stop,
    Set<Integer> stopTokenIds,
    boolean ignoreEos,
    boolean includeStop,
    boolean skipSpecialTokens,
    int logprobs,
    int promptLogprobs,
    boolean allowedOnly) {
  public static final int NO_LOGPROBS = -1;
  public static final int MAX_LOGPROBS = 256;

  /** Temperature 1, nothing cut, 16 tokens. */
  public static final SamplingParams DEFAULT = builder().build();

  public SamplingParams {
    logitBias = Map.copyOf(logitBias);
    allowedTokenIds = allowedTokenIds == null ? null : Set.copyOf(allowedTokenIds);
    badWords = badWords.stream().map(List::copyOf).toList();
    stop = List.copyOf(stop);
    stopTokenIds = Set.copyOf(stopTokenIds);
    require(temperature >= 0f && temperature <= 2f, "temperature", temperature, "from 0 to 2");
    for (Map.Entry<Integer, Float> bias : logitBias.entrySet()) {
      require(bias.getKey() >= 0, "logit_bias", bias.getKey(), "keyed by token ids from 0");
      float value = bias.getValue();
      require(value >= -100f && value <= 100f, "logit_bias", value, "from -100 to 100");
    }
    if (allowedTokenIds != null) {
      require(!allowedTokenIds.isEmpty(), "allowed_token_ids", "[]", "of at least one token id");
      for (int id : allowedTokenIds) {
        require(id >= 0, "allowed_token_ids", id, "made of token ids from 0");
      }
    }
    for (List<Integer> word : badWords) {
      require(!word.isEmpty(), "bad_words", "a word without tokens", "made of words with tokens");
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
    requireLogprobs("logprobs", logprobs);
    requireLogprobs("prompt_logprobs", promptLogprobs);
  }

  /** Starts from the values of {@link #DEFAULT}. */
  public static SamplingParamsBuilder builder() {
    return new SamplingParamsBuilder();
  }

  private static void requireLogprobs(String field, int given) {
    require(
        given >= NO_LOGPROBS && given <= MAX_LOGPROBS, field, given, "from 0 to " + MAX_LOGPROBS);
  }

  public boolean greedy() {
    return temperature == 0f;
  }
}
