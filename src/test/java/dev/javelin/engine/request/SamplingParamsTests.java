package dev.javelin.engine.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingParamsTests {
  @ParameterizedTest
  @CsvSource({
    "temperature, -0.1",
    "temperature, 2.1",
    "temperature, NaN",
    "top_k, -2",
    "top_p, 0",
    "top_p, 1.1",
    "top_p, NaN",
    "min_p, -0.1",
    "min_p, 1",
    "typical_p, 0",
    "top_n_sigma, -0.5",
    "epsilon_cutoff, 1",
    "xtc_probability, 1.5",
    "xtc_threshold, -0.5",
    "dry_multiplier, -1",
    "dry_base, 0.5",
    "dry_allowed_length, 0",
    "dry_penalty_last_n, -2",
    "mirostat_tau, 0",
    "mirostat_eta, 1.5",
    "allowed_token_ids, -1",
    "repetition_penalty, 0",
    "repetition_penalty, Infinity",
    "frequency_penalty, 2.5",
    "frequency_penalty, NaN",
    "presence_penalty, -2.5",
    "logit_bias, 101",
    "logit_bias, NaN",
    "max_tokens, 0",
    "min_tokens, -1",
    "min_tokens, 17"
  })
  void aValueOutOfRangeIsRefusedByName(String field, float value) {
    EngineException e =
        catchThrowableOfType(EngineException.class, () -> with(field, value, "stop", 1));
    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(e.parameter()).isEqualTo(field);
    assertThat(e).hasMessageContaining(field);
  }

  @ParameterizedTest
  @CsvSource({"stop, '', 1", "stop_token_ids, x, -1"})
  void stopsMustBeSomething(String field, String stop, int stopToken) {
    EngineException e =
        catchThrowableOfType(EngineException.class, () -> with("temperature", 1f, stop, stopToken));
    assertThat(e.parameter()).isEqualTo(field);
  }

  private static SamplingParams with(String field, float value, String stop, int stopToken) {
    SamplingParamsBuilder builder =
        SamplingParams.builder().stop(List.of(stop)).stopTokenIds(Set.of(stopToken));
    return switch (field) {
      case "temperature" -> builder.temperature(value).build();
      case "top_k" -> builder.topK((int) value).build();
      case "top_p" -> builder.topP(value).build();
      case "min_p" -> builder.minP(value).build();
      case "typical_p" -> builder.typicalP(value).build();
      case "top_n_sigma" -> builder.topNSigma(value).build();
      case "epsilon_cutoff" -> builder.epsilonCutoff(value).build();
      case "xtc_probability" -> builder.xtc(new Truncation.Xtc(value, 0.1f)).build();
      case "xtc_threshold" -> builder.xtc(new Truncation.Xtc(1f, value)).build();
      case "dry_multiplier" -> builder.dry(dry(value, 2, 2, 0)).build();
      case "dry_base" -> builder.dry(dry(1, value, 2, 0)).build();
      case "dry_allowed_length" -> builder.dry(dry(1, 2, (int) value, 0)).build();
      case "dry_penalty_last_n" -> builder.dry(dry(1, 2, 2, (int) value)).build();
      case "mirostat_tau" -> builder.mirostat(new Mirostat(value, 0.1f)).build();
      case "mirostat_eta" -> builder.mirostat(new Mirostat(5, value)).build();
      case "allowed_token_ids" -> builder.allowedTokenIds(Set.of((int) value)).build();
      case "repetition_penalty" -> builder.repetitionPenalty(value).build();
      case "frequency_penalty" -> builder.frequencyPenalty(value).build();
      case "presence_penalty" -> builder.presencePenalty(value).build();
      case "logit_bias" -> builder.logitBias(Map.of(1, value)).build();
      case "max_tokens" -> builder.maxTokens((int) value).build();
      case "min_tokens" -> builder.minTokens((int) value).build();
      default -> throw new IllegalArgumentException(field);
    };
  }

  private static Dry dry(float multiplier, float base, int allowedLength, int lastN) {
    return new Dry(multiplier, base, allowedLength, lastN, new BitSet(), List.of());
  }
}
