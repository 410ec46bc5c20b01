package dev.javelin.engine.request;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the values of {@link SamplingParams}, {@link Truncation} and {@link Penalties}, which say
 * what each means. What is not set keeps its default: temperature 1, nothing cut, 16 tokens.
 */
public final class SamplingParamsBuilder {
  private float temperature = 1f;
  private int topK = Truncation.NONE.topK();
  private float topP = Truncation.NONE.topP();
  private float minP = Truncation.NONE.minP();
  private float typicalP = Truncation.NONE.typicalP();
  private float topNSigma = Truncation.NONE.topNSigma();
  private float epsilonCutoff = Truncation.NONE.epsilonCutoff();
  private Truncation.Xtc xtc = Truncation.Xtc.NONE;
  private @Nullable Mirostat mirostat;
  private float repetitionPenalty = Penalties.NONE.repetition();
  private float frequencyPenalty = Penalties.NONE.frequency();
  private float presencePenalty = Penalties.NONE.presence();
  private Dry dry = Dry.NONE;
  private Map<Integer, Float> logitBias = Map.of();
  private @Nullable Set<Integer> allowedTokenIds;
  private List<List<Integer>> badWords = List.of();
  private @Nullable TokenRule rule;
  private OptionalLong seed = OptionalLong.empty();
  private int maxTokens = 16;
  private int minTokens;
  private List<String> stop = List.of();
  private Set<Integer> stopTokenIds = Set.of();
  private boolean ignoreEos;
  private boolean includeStop;
  private boolean skipSpecialTokens = true;
  private int logprobs = SamplingParams.NO_LOGPROBS;
  private int promptLogprobs = SamplingParams.NO_LOGPROBS;
  private boolean allowedOnly;

  SamplingParamsBuilder() {}

  public SamplingParamsBuilder temperature(float value) {
    temperature = value;
    return this;
  }

  public SamplingParamsBuilder topK(int value) {
    topK = value;
    return this;
  }

  public SamplingParamsBuilder topP(float value) {
    topP = value;
    return this;
  }

  public SamplingParamsBuilder minP(float value) {
    minP = value;
    return this;
  }

  public SamplingParamsBuilder typicalP(float value) {
    typicalP = value;
    return this;
  }

  public SamplingParamsBuilder topNSigma(float value) {
    topNSigma = value;
    return this;
  }

  public SamplingParamsBuilder epsilonCutoff(float value) {
    epsilonCutoff = value;
    return this;
  }

  public SamplingParamsBuilder xtc(Truncation.Xtc value) {
    xtc = value;
    return this;
  }

  public SamplingParamsBuilder mirostat(@Nullable Mirostat value) {
    mirostat = value;
    return this;
  }

  public SamplingParamsBuilder repetitionPenalty(float value) {
    repetitionPenalty = value;
    return this;
  }

  public SamplingParamsBuilder frequencyPenalty(float value) {
    frequencyPenalty = value;
    return this;
  }

  public SamplingParamsBuilder presencePenalty(float value) {
    presencePenalty = value;
    return this;
  }

  public SamplingParamsBuilder dry(Dry value) {
    dry = value;
    return this;
  }

  public SamplingParamsBuilder logitBias(Map<Integer, Float> value) {
    logitBias = value;
    return this;
  }

  public SamplingParamsBuilder allowedTokenIds(@Nullable Set<Integer> value) {
    allowedTokenIds = value;
    return this;
  }

  public SamplingParamsBuilder badWords(List<List<Integer>> value) {
    badWords = value;
    return this;
  }

  public SamplingParamsBuilder rule(@Nullable TokenRule value) {
    rule = value;
    return this;
  }

  public SamplingParamsBuilder seed(OptionalLong value) {
    seed = value;
    return this;
  }

  public SamplingParamsBuilder seed(long value) {
    return seed(OptionalLong.of(value));
  }

  public SamplingParamsBuilder maxTokens(int value) {
    maxTokens = value;
    return this;
  }

  public SamplingParamsBuilder minTokens(int value) {
    minTokens = value;
    return this;
  }

  public SamplingParamsBuilder stop(List<String> value) {
    stop = value;
    return this;
  }

  public SamplingParamsBuilder stopTokenIds(Set<Integer> value) {
    stopTokenIds = value;
    return this;
  }

  public SamplingParamsBuilder ignoreEos(boolean value) {
    ignoreEos = value;
    return this;
  }

  public SamplingParamsBuilder includeStop(boolean value) {
    includeStop = value;
    return this;
  }

  public SamplingParamsBuilder skipSpecialTokens(boolean value) {
    skipSpecialTokens = value;
    return this;
  }

  public SamplingParamsBuilder logprobs(int value) {
    logprobs = value;
    return this;
  }

  public SamplingParamsBuilder promptLogprobs(int value) {
    promptLogprobs = value;
    return this;
  }

  public SamplingParamsBuilder allowedOnly(boolean value) {
    allowedOnly = value;
    return this;
  }

  /**
   * @throws EngineException INVALID_REQUEST naming the first value that is out of its range
   */
  public SamplingParams build() {
    return new SamplingParams(
        temperature,
        new Truncation(topK, topP, minP, typicalP, topNSigma, epsilonCutoff, xtc),
        mirostat,
        new Penalties(repetitionPenalty, frequencyPenalty, presencePenalty, dry),
        logitBias,
        allowedTokenIds,
        badWords,
        rule,
        seed,
        maxTokens,
        minTokens,
        stop,
        stopTokenIds,
        ignoreEos,
        includeStop,
        skipSpecialTokens,
        logprobs,
        promptLogprobs,
        allowedOnly);
  }
}
