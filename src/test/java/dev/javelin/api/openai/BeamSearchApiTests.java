package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Beam search on the wire, over an engine to which "x" is always likelier than "y". */
@ServerTest
class BeamSearchApiTests {
  private static final JsonMapper JSON = new JsonMapper();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  private ApiCalls calls = new ApiCalls(0);
  private FakeEngine engine = new FakeEngine();

  @BeforeEach
  void ready() {
    calls = new ApiCalls(port);
    engine = opener.engine;
    engine.plays(
        new GenerationEvent.TextDelta(
            "x",
            new int[] {'x'},
            List.of(
                new TokenLogprobs(
                    'x', -0.25f, 1, new int[] {'x', 'y'}, new float[] {-0.25f, -1.5f}))),
        new GenerationEvent.Finished(
            FinishReason.LENGTH, new Usage(0, 1, 0), new Timings(1, 2, 3)));
  }

  private static String completion(String more) {
    return "{\"model\":\"pom.xml\",\"prompt\":\"ab\",\"use_beam_search\":true%s}".formatted(more);
  }

  @Test
  void completionsAreToldBestFirstWithTheUsageOfAll() throws Exception {
    JsonNode answer =
        JSON.readTree(
            calls
                .post(
                    "/v1/completions",
                    completion(",\"n\":3,\"best_of\":4,\"max_tokens\":3,\"logprobs\":1"))
                .body());
    assertThat(answer.path("choices").valueStream().map(c -> c.path("text").stringValue()))
        .containsExactly("xxx", "xxy", "xyx");
    assertThat(answer.path("choices").valueStream().map(c -> c.path("finish_reason").stringValue()))
        .containsOnly("length");
    assertThat(answer.at("/choices/1/logprobs").toString())
        .isEqualTo(
            """
            {"tokens":["x","x","y"],"token_logprobs":[-0.25,-0.25,-1.5],\
            "top_logprobs":[{"x":-0.25},{"x":-0.25},{"x":-0.25,"y":-1.5}],\
            "text_offset":[0,1,2]}""");
    assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(12);
    assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(2);
    assertThat(engine.requests.stream().map(GenerationRequest::promptLength)).containsOnly(2);
    assertThat(engine.requests.stream().map(r -> r.continued().answered()))
        .containsExactly(0, 1, 1, 2, 2, 2, 2);
  }

  @Test
  void chatsToo() throws Exception {
    JsonNode answer =
        JSON.readTree(
            calls
                .post(
                    "/v1/chat/completions",
                    ApiCalls.chat(
                        ",\"use_beam_search\":true,\"n\":2,\"max_tokens\":2,\"temperature\":0,"
                            + "\"length_penalty\":0.5,\"early_stopping\":\"never\""))
                .body());
    assertThat(
            answer.path("choices").valueStream().map(c -> c.at("/message/content").stringValue()))
        .containsExactly("xx", "xy");
    assertThat(answer.at("/choices/0/logprobs").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"false, x", "true, xy"})
  void anAnswerEndsAtAStopString(boolean include, String second) throws Exception {
    String fields =
        ",\"n\":2,\"max_tokens\":2,\"stop\":\"y\",\"include_stop_str_in_output\":" + include;
    JsonNode choices = JSON.readTree(calls.post("/v1/completions", completion(fields)).body());
    assertThat(choices.path("choices").valueStream().map(c -> c.path("text").stringValue()))
        .containsExactly("xx", second);
    assertThat(
            choices.path("choices").valueStream().map(c -> c.path("finish_reason").stringValue()))
        .containsExactly("length", "stop");
  }

  @Test
  void onlyWhatIsThereIsTold() throws Exception {
    JsonNode answer =
        JSON.readTree(
            calls.post("/v1/completions", completion(",\"n\":4,\"max_tokens\":1")).body());
    assertThat(answer.path("choices").valueStream().map(c -> c.path("text").stringValue()))
        .containsExactly("x", "y");
  }

  @Test
  void aFailureOfOneStepIsTheCalls() throws Exception {
    engine.failsWith(ErrorCode.STEP_FAILED);
    HttpResponse<String> response = calls.post("/v1/completions", completion(",\"n\":2"));
    assertThat(response.statusCode()).isEqualTo(500);
    engine.refuses(ErrorCode.QUEUE_FULL);
    assertThat(calls.post("/v1/completions", completion(",\"n\":2")).statusCode()).isEqualTo(429);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          stream; "stream":true
          logit_bias; "logit_bias":{"65":1}
          temperature; "temperature":0.7
          top_k; "top_k":40
          top_p; "top_p":0.9
          min_p; "min_p":0.1
          mirostat; "mirostat":2
          repetition_penalty; "repetition_penalty":1.1
          presence_penalty; "presence_penalty":0.5
          frequency_penalty; "frequency_penalty":0.5
          dry_multiplier; "dry_multiplier":0.8
          xtc_probability; "xtc_probability":0.5
          length_penalty; "length_penalty":11
          length_penalty; "length_penalty":"long"
          early_stopping; "early_stopping":"soon"
          best_of; "n":3,"best_of":2
          best_of; "best_of":65
          """)
  void whatHasNoPlaceInASearchIsRefusedByName(String field, String fields) throws Exception {
    ApiCalls.assertField(
        calls.post("/v1/chat/completions", ApiCalls.chat(",\"use_beam_search\":true," + fields)),
        field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          length_penalty; "length_penalty":1.2
          early_stopping; "early_stopping":true
          early_stopping; "early_stopping":"never"
          use_beam_search; "use_beam_search":"yes"
          """)
  void theFieldsOfASearchNeedOne(String field, String fields) throws Exception {
    ApiCalls.assertField(calls.post("/v1/chat/completions", ApiCalls.chat("," + fields)), field);
  }
}
