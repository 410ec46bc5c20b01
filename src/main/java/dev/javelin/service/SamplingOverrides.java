package dev.javelin.service;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.javelin.engine.request.StructuredOutput;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request, or a stored decoding profile, says about sampling; null where it is silent.
 * Ranges and units are those of {@link dev.javelin.engine.request.SamplingParams}, JSON names those
 * of the requests.
 *
 * @param drySequenceBreakers texts that no repetition goes over; null: line end, colon, quotation
 *     mark and asterisk
 * @param mirostat 2: Mirostat 2; 0: none
 * @param badWords texts that must not come in an answer
 * @param maxTokens null: as many as the context still holds
 * @param structured what every answer must look like; null: anything; no profile stores it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SamplingOverrides(
    @JsonProperty("temperature") @Nullable Float temperature,
    @JsonProperty("top_k") @Nullable Integer topK,
    @JsonProperty("top_p") @Nullable Float topP,
    @JsonProperty("min_p") @Nullable Float minP,
    @JsonProperty("typical_p") @Nullable Float typicalP,
    @JsonProperty("top_n_sigma") @Nullable Float topNSigma,
    @JsonProperty("epsilon_cutoff") @Nullable Float epsilonCutoff,
    @JsonProperty("xtc_probability") @Nullable Float xtcProbability,
    @JsonProperty("xtc_threshold") @Nullable Float xtcThreshold,
    @JsonProperty("mirostat") @Nullable Integer mirostat,
    @JsonProperty("mirostat_tau") @Nullable Float mirostatTau,
    @JsonProperty("mirostat_eta") @Nullable Float mirostatEta,
    @JsonProperty("repetition_penalty") @Nullable Float repetitionPenalty,
    @JsonProperty("frequency_penalty") @Nullable Float frequencyPenalty,
    @JsonProperty("presence_penalty") @Nullable Float presencePenalty,
    @JsonProperty("dry_multiplier") @Nullable Float dryMultiplier,
    @JsonProperty("dry_base") @Nullable Float dryBase,
    @JsonProperty("dry_allowed_length") @Nullable Integer dryAllowedLength,
    @JsonProperty("dry_penalty_last_n") @Nullable Integer dryPenaltyLastN,
    @JsonProperty("dry_sequence_breakers") @Nullable List<String> drySequenceBreakers,
    @JsonProperty("logit_bias") @Nullable Map<Integer, Float> logitBias,
    @JsonProperty("allowed_token_ids") @Nullable Set<Integer> allowedTokenIds,
    @JsonProperty("bad_words") @Nullable List<String> badWords,
    @JsonProperty("seed") @Nullable Long seed,
    @JsonProperty("max_tokens") @Nullable Integer maxTokens,
    @JsonProperty("min_tokens") @Nullable Integer minTokens,
    @JsonProperty("stop") @Nullable List<String> stop,
    @JsonProperty("stop_token_ids") @Nullable Set<Integer> stopTokenIds,
    @JsonProperty("ignore_eos") @Nullable Boolean ignoreEos,
    @JsonProperty("include_stop_str_in_output") @Nullable Boolean includeStop,
    @JsonProperty("skip_special_tokens") @Nullable Boolean skipSpecialTokens,
    @JsonIgnore @Nullable Structured structured) {

  /**
   * @param field the request's field that says so
   */
  public record Structured(StructuredOutput output, String field) {}

  public static final SamplingOverrides NONE =
      new SamplingOverrides(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null);

  public SamplingOverrides {
    drySequenceBreakers = drySequenceBreakers == null ? null : List.copyOf(drySequenceBreakers);
    logitBias = logitBias == null ? null : Map.copyOf(logitBias);
    allowedTokenIds = allowedTokenIds == null ? null : Set.copyOf(allowedTokenIds);
    badWords = badWords == null ? null : List.copyOf(badWords);
    stop = stop == null ? null : List.copyOf(stop);
    stopTokenIds = stopTokenIds == null ? null : Set.copyOf(stopTokenIds);
  }
}
