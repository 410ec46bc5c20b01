package dev.javelin.engine.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
    return new SamplingParams(
        field.equals("temperature") ? value : 1f,
        field.equals("top_k") ? (int) value : 0,
        field.equals("top_p") ? value : 1f,
        field.equals("min_p") ? value : 0f,
        field.equals("repetition_penalty") ? value : 1f,
        field.equals("frequency_penalty") ? value : 0f,
        field.equals("presence_penalty") ? value : 0f,
        field.equals("logit_bias") ? Map.of(1, value) : Map.of(),
        OptionalLong.empty(),
        field.equals("max_tokens") ? (int) value : 16,
        field.equals("min_tokens") ? (int) value : 0,
        List.of(stop),
        Set.of(stopToken),
        false,
        false,
        true);
  }
}
