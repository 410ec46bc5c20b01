package dev.javelin.api.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.service.Routes;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ServerTest
class OpenAiApiTests {
  private static final JsonMapper JSON = new JsonMapper();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired DecodingProfiles profiles;
  @Autowired Routes routes;
  private ApiCalls calls = new ApiCalls(0);
  private FakeEngine engine = new FakeEngine();

  @BeforeEach
  void ready() {
    calls = new ApiCalls(port);
    engine = opener.engine;
    engine.says(FinishReason.STOP, "Hel", "lo");
  }

  @Test
  void chatAnswersInTheOpenAiShape() throws Exception {
    HttpResponse<String> response = calls.post("/v1/chat/completions", ApiCalls.chat(""));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
    JsonNode body = JSON.readTree(response.body());
    assertThat(body.path("id").stringValue()).startsWith("chatcmpl-");
    assertThat(body.path("object").stringValue()).isEqualTo("chat.completion");
    assertThat(body.path("model").stringValue()).isEqualTo("pom.xml");
    assertThat(body.path("system_fingerprint").stringValue()).startsWith("fp_");
    assertThat(body.path("created").longValue()).isPositive();
    JsonNode choice = body.path("choices").path(0);
    assertThat(choice.path("message").path("role").stringValue()).isEqualTo("assistant");
    assertThat(choice.path("message").path("content").stringValue()).isEqualTo("Hello");
    assertThat(choice.path("finish_reason").stringValue()).isEqualTo("stop");
    int prompt = "user: hi\nassistant: ".length();
    assertThat(body.path("usage").toString())
        .isEqualTo(
            "{\"prompt_tokens\":%d,\"completion_tokens\":2,\"total_tokens\":%d,"
                    .formatted(prompt, prompt + 2)
                + "\"prompt_tokens_details\":{\"cached_tokens\":4}}");
  }

  @Test
  void chatStreamsRoleTextReasonUsageAndDone() throws Exception {
    HttpResponse<String> response =
        calls.post(
            "/v1/chat/completions",
            ApiCalls.chat(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("X-Accel-Buffering")).contains("no");
    List<String> events = ApiCalls.events(response.body());
    assertThat(events).hasSize(6).last().isEqualTo("[DONE]");
    List<JsonNode> chunks = events.subList(0, 5).stream().map(JSON::readTree).toList();
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk.path("object").stringValue()).isEqualTo("chat.completion.chunk");
              assertThat(chunk.path("id")).isEqualTo(chunks.getFirst().path("id"));
            });
    assertThat(chunks.get(0).at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
    assertThat(chunks.get(1).at("/choices/0/delta/content").stringValue()).isEqualTo("Hel");
    assertThat(chunks.get(2).at("/choices/0/delta/content").stringValue()).isEqualTo("lo");
    assertThat(chunks.get(3).at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
    assertThat(chunks.get(3).path("usage").isNull()).isTrue();
    assertThat(chunks.get(4).path("choices")).isEmpty();
    assertThat(chunks.get(4).at("/usage/completion_tokens").intValue()).isEqualTo(2);
  }

  /** vLLM's, which load generators ask for. */
  @Test
  void everyChunkCarriesTheUsageUntilThenIfAsked() throws Exception {
    String asked =
        ",\"stream\":true,\"stream_options\":{\"include_usage\":%s,\"continuous_usage_stats\":true}";
    int prompt = "user: hi\nassistant: ".length();
    List<String> events =
        ApiCalls.events(
            calls.post("/v1/chat/completions", ApiCalls.chat(asked.formatted(true))).body());
    assertThat(events).hasSize(6);
    assertThat(
            events.subList(0, 5).stream()
                .map(event -> JSON.readTree(event).at("/usage/completion_tokens").intValue()))
        .containsExactly(0, 1, 2, 2, 2);
    for (String event : events.subList(0, 5)) {
      JsonNode usage = JSON.readTree(event).path("usage");
      assertThat(usage.path("prompt_tokens").intValue()).isEqualTo(prompt);
      assertThat(usage.path("total_tokens").intValue())
          .isEqualTo(prompt + usage.path("completion_tokens").intValue());
    }
    assertThat(
            ApiCalls.events(
                calls.post("/v1/chat/completions", ApiCalls.chat(asked.formatted(false))).body()))
        .hasSize(5)
        .noneMatch(event -> event.contains("usage"));
  }

  @Test
  void partsOfAMessageAreEachOnALine() throws Exception {
    calls.post(
        "/v1/chat/completions",
        "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":"
            + "[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]}");
    int[] ids = engine.requests.take().promptTokenIds();
    assertThat(new String(ids, 0, ids.length)).startsWith("user: a\nb");
  }

  @Test
  void whatClientsSendBackIsUnderstood() throws Exception {
    calls.post(
        "/v1/chat/completions",
        """
        {"model":"pom.xml","messages":[
          {"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},
          {"role":"assistant","content":null,"refusal":"no","tool_calls":[]},
          {"role":"assistant","content":[{"type":"refusal","refusal":"never"}]},
          {"role":"assistant","content":"c","reasoning":"because"},
          {"role":"user","content":"d"}]}
        """);
    int[] ids = engine.requests.take().promptTokenIds();
    assertThat(new String(ids, 0, ids.length))
        .startsWith("user: a\nassistant: no\nassistant: never\nassistant: c\nuser: d\n");
  }

  @Test
  void whatChangesNothingIsAccepted() throws Exception {
    for (String more :
        List.of(
            ",\"tools\":[]",
            ",\"add_special_tokens\":false",
            ",\"store\":true,\"service_tier\":\"auto\",\"parallel_tool_calls\":true",
            ",\"spaces_between_special_tokens\":true",
            ",\"stop\":null,\"tools\":null,\"reasoning_effort\":null")) {
      HttpResponse<String> response = calls.post("/v1/chat/completions", ApiCalls.chat(more));
      assertThat(response.statusCode()).as(more + response.body()).isEqualTo(200);
    }
    ApiCalls.assertError(
        calls.post("/v1/chat/completions", ApiCalls.chat(",\"add_special_tokens\":true")),
        400,
        "add_special_tokens",
        null);
  }

  @Test
  void completionsAnswerEveryPromptNTimes() throws Exception {
    engine.says(FinishReason.LENGTH, "x");
    HttpResponse<String> response =
        calls.post(
            "/v1/completions",
            "{\"model\":\"pom.xml\",\"prompt\":[\"ab\",\"cde\"],\"n\":2,\"seed\":5}");
    JsonNode body = JSON.readTree(response.body());
    assertThat(body.path("object").stringValue()).isEqualTo("text_completion");
    assertThat(body.path("id").stringValue()).startsWith("cmpl-");
    assertThat(body.path("choices")).hasSize(4);
    for (int i = 0; i < 4; i++) {
      JsonNode choice = body.path("choices").path(i);
      assertThat(choice.path("index").intValue()).isEqualTo(i);
      assertThat(choice.path("text").stringValue()).isEqualTo("x");
      assertThat(choice.path("finish_reason").stringValue()).isEqualTo("length");
    }
    assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
    assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(4);
    assertThat(engine.requests.stream().map(r -> r.sampling().seed().orElse(-1)))
        .containsExactly(5L, 6L, 5L, 6L);
  }

  @Test
  void completionsStreamText() throws Exception {
    List<String> events =
        ApiCalls.events(
            calls
                .post(
                    "/v1/completions", "{\"model\":\"pom.xml\",\"prompt\":[65,66],\"stream\":true}")
                .body());
    assertThat(events).hasSize(4).last().isEqualTo("[DONE]");
    assertThat(JSON.readTree(events.get(0)).at("/choices/0/text").stringValue()).isEqualTo("Hel");
    assertThat(engine.requests.take().promptTokenIds()).containsExactly(65, 66);
  }

  @Test
  void samplingFieldsReachTheEngine() throws Exception {
    calls.post(
        "/v1/chat/completions",
        ApiCalls.chat(
            """
            ,"temperature":0,"top_p":0.5,"top_k":3,"min_p":0.1,"repetition_penalty":1.5,
            "frequency_penalty":-1,"presence_penalty":2,"logit_bias":{"65":-100},"seed":-9,
            "max_completion_tokens":12,"min_tokens":2,"stop":"END","stop_token_ids":[66],
            "ignore_eos":true,"include_stop_str_in_output":true,"skip_special_tokens":false,
            "user":"me","metadata":{"a":"b"},"response_format":{"type":"text"},"logprobs":false
            """));
    var sampling = engine.requests.take().sampling();
    assertThat(sampling)
        .isEqualTo(
            SamplingParams.builder()
                .temperature(0f)
                .topK(3)
                .topP(0.5f)
                .minP(0.1f)
                .repetitionPenalty(1.5f)
                .frequencyPenalty(-1f)
                .presencePenalty(2f)
                .logitBias(Map.of(65, -100f))
                .seed(-9)
                .maxTokens(12)
                .minTokens(2)
                .stop(List.of("END"))
                .stopTokenIds(Set.of(66))
                .ignoreEos(true)
                .includeStop(true)
                .skipSpecialTokens(false)
                .build());
  }

  @Test
  void silentRequestsTakeStoredThenCheckpointDefaults() throws Exception {
    calls.post("/v1/chat/completions", ApiCalls.chat(""));
    GenerationRequest plain = engine.requests.take();
    assertThat(plain.sampling().temperature()).isEqualTo(0.25f);
    assertThat(plain.sampling().truncation().topK()).isEqualTo(7);
    assertThat(plain.sampling().truncation().topP()).isEqualTo(1f);
    assertThat(plain.sampling().maxTokens())
        .isEqualTo(FakeModelOpener.CONTEXT - plain.promptTokenIds().length);
    store("{\"sampling\":{\"temperature\":0.5,\"top_p\":0.75,\"max_tokens\":9}}");
    calls.post("/v1/chat/completions", ApiCalls.chat(",\"top_p\":0.125"));
    var sampling = engine.requests.take().sampling();
    store("{}");
    assertThat(sampling.temperature()).isEqualTo(0.5f);
    assertThat(sampling.truncation().topK()).isEqualTo(7);
    assertThat(sampling.truncation().topP()).isEqualTo(0.125f);
    assertThat(sampling.maxTokens()).isEqualTo(9);
  }

  private void store(String settings) {
    profiles.put("pom.xml", "default", settings, Revision.ANY);
    routes.refresh();
  }

  @Test
  void modelsAreListed() throws Exception {
    JsonNode list = JSON.readTree(calls.get("/v1/models").body());
    assertThat(list.path("object").stringValue()).isEqualTo("list");
    assertThat(list.path("data").findValuesAsString("id")).contains("pom.xml");
    JsonNode one = JSON.readTree(calls.get("/v1/models/pom.xml").body());
    assertThat(one.path("object").stringValue()).isEqualTo("model");
    ApiCalls.assertError(calls.get("/v1/models/nope"), 404, "model", "model_not_found");
  }

  @Test
  void textBecomesTokensAndBack() throws Exception {
    JsonNode tokens = JSON.readTree(calls.post("/tokenize", "{\"prompt\":\"AB\"}").body());
    assertThat(tokens.path("tokens").toString()).isEqualTo("[65,66]");
    assertThat(tokens.path("count").intValue()).isEqualTo(2);
    assertThat(calls.post("/detokenize", "{\"tokens\":[65,66]}").body())
        .isEqualTo("{\"prompt\":\"AB\"}");
    ApiCalls.assertError(calls.post("/detokenize", "{\"tokens\":[999]}"), 400, "tokens", null);
  }

  @Test
  void probesAnswer() throws Exception {
    assertThat(calls.get("/livez").statusCode()).isEqualTo(200);
    assertThat(calls.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(calls.get("/version").body()).matches("\\{\"version\":\".+\"}");
    assertThat(calls.get("/metrics").body()).contains("javelin_models_loaded ");
    HttpResponse<String> health = calls.get("/health");
    assertThat(health.body()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(health.statusCode()).isEqualTo(200);
  }

  @Test
  void saltPriorityAndTimeoutReachTheEngine() throws Exception {
    engine.says(FinishReason.STOP, "a");
    long before = System.nanoTime();
    calls.post("/v1/chat/completions", ApiCalls.chat(",\"cache_salt\":\"mine\",\"priority\":-3"));
    GenerationRequest request = engine.requests.take();
    assertThat(request.cacheSalt()).isEqualTo("mine");
    assertThat(request.priority()).isEqualTo(-3);
    long limit = TimeUnit.MINUTES.toNanos(10);
    assertThat(request.deadlineNanos() - limit).isBetween(before, System.nanoTime());
    calls.post("/v1/chat/completions", ApiCalls.chat(""));
    request = engine.requests.take();
    assertThat(request.cacheSalt()).isEmpty();
    assertThat(request.priority()).isZero();
    ApiCalls.assertError(
        calls.post("/v1/chat/completions", ApiCalls.chat(",\"cache_salt\":\"\"")),
        400,
        "cache_salt",
        null);
  }

  @Test
  void aClientThatLeavesAbortsItsOwnSequencesOnly() throws Exception {
    engine.hangsAfter("one");
    for (String stream : List.of("true", "false")) {
      String body = ApiCalls.chat(",\"n\":2,\"stream\":" + stream);
      String left;
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.getOutputStream().write(raw(body));
        socket.getOutputStream().flush();
        String first = engine.requests.take().id();
        engine.requests.take();
        left = first.substring(0, first.lastIndexOf('-'));
        if (stream.equals("true")) {
          InputStream in = socket.getInputStream();
          StringBuilder seen = new StringBuilder();
          while (seen.indexOf(": keep-alive") < 0) {
            seen.append((char) in.read());
          }
          assertThat(seen.toString()).contains("\"content\":\"one\"");
        }
        assertThat(engine.aborts).doesNotContain(left + "-0", left + "-1");
      }
      assertThat(abortOf(left)).isEqualTo(left + "-0");
      assertThat(abortOf(left)).isEqualTo(left + "-1");
    }
  }

  /** The next abort of this call's; those of calls before it may still be on their way. */
  private String abortOf(String call) throws InterruptedException {
    String aborted = engine.aborts.take();
    while (!aborted.startsWith(call)) {
      aborted = engine.aborts.take();
    }
    return aborted;
  }

  private byte[] raw(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n".formatted(bytes.length);
    return (head + body).getBytes(UTF_8);
  }
}
