package dev.javelin.api.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.security.Caller;
import dev.javelin.service.GenerationService;
import dev.javelin.service.Prompt;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** What is refused, with which status, code and parameter. */
@ServerTest
class RefusalApiTests {
  private static final JsonMapper JSON = new JsonMapper();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired GenerationService generations;
  private ApiCalls calls = new ApiCalls(0);
  private FakeEngine engine = new FakeEngine();

  @BeforeEach
  void ready() {
    calls = new ApiCalls(port);
    engine = opener.engine;
    engine.says(FinishReason.STOP, "Hel", "lo");
  }

  /** The native tokenizer would end the process for want of memory. */
  @Test
  void aTextThatCannotFitIsNotEncodedWhole() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                generations.tokenize(
                    new Caller.Local(), "pom.xml", new Prompt.Text("x".repeat(1 << 20), true)))
        .satisfies(
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED));
  }

  /** As simple clients do: all of the body first, then a look at the answer. */
  @Test
  void aBodyThatIsTooLargeIsReadToItsEndForTheAnswerToBeHeard() throws Exception {
    byte[] filler = new byte[1 << 20];
    Arrays.fill(filler, (byte) ' ');
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Connection: close\r\n";
    try (Socket announced = new Socket("127.0.0.1", port);
        Socket chunked = new Socket("127.0.0.1", port)) {
      var out = announced.getOutputStream();
      out.write((head + "Content-Length: %d\r\n\r\n".formatted(8 << 20)).getBytes(UTF_8));
      for (int i = 0; i < 8; i++) {
        out.write(filler);
      }
      out = chunked.getOutputStream();
      out.write((head + "Transfer-Encoding: chunked\r\n\r\n").getBytes(UTF_8));
      for (int i = 0; i < 8; i++) {
        out.write("100000\r\n".getBytes(UTF_8));
        out.write(filler);
        out.write("\r\n".getBytes(UTF_8));
      }
      out.write("0\r\n\r\n".getBytes(UTF_8));
      for (Socket socket : List.of(announced, chunked)) {
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
            .startsWith("HTTP/1.1 413 ")
            .contains("request_too_large");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "QUEUE_FULL,429,queue_full",
    "SHUTTING_DOWN,503,shutting_down",
    "MODEL_LOADING,503,model_loading",
    "INSUFFICIENT_MEMORY,503,insufficient_memory",
    "ENGINE_RESTARTED,503,engine_restarted",
    "ENGINE_FAILED,503,engine_failed",
    "STEP_FAILED,500,step_failed",
    "NUMERICAL_ERROR,500,numerical_error",
    "STRUCTURED_OUTPUT_FAILED,400,structured_output_failed",
    "NO_TOKEN_ALLOWED,400,no_token_allowed",
    "CONTEXT_LENGTH_EXCEEDED,400,context_length_exceeded",
    "INVALID_REQUEST,400,"
  })
  void engineRefusalsBecomeStatuses(ErrorCode code, int status, @Nullable String name)
      throws Exception {
    engine.refuses(code);
    for (String stream : List.of("", ",\"stream\":true")) {
      HttpResponse<String> response = calls.post("/v1/chat/completions", ApiCalls.chat(stream));
      ApiCalls.assertError(response, status, null, name);
      assertThat(response.headers().firstValue("Retry-After").isPresent())
          .isEqualTo(status == 429 || status == 503);
    }
  }

  /** The template would refuse this chat: it is not even asked. */
  @Test
  void aFullQueueRefusesBeforeAnythingIsSpentOnThePrompt() throws Exception {
    String chat =
        "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"assistant\",\"content\":\"hi\"}]}";
    ApiCalls.assertError(calls.post("/v1/chat/completions", chat), 400, "messages", null);
    engine.isFull(true);
    try {
      HttpResponse<String> response = calls.post("/v1/chat/completions", chat);
      ApiCalls.assertError(response, 429, null, "queue_full");
      assertThat(response.headers().firstValue("Retry-After")).contains("1");
    } finally {
      engine.isFull(false);
    }
    assertThat(calls.post("/v1/chat/completions", ApiCalls.chat("")).statusCode()).isEqualTo(200);
  }

  @Test
  void failureInTheMiddleEndsAStreamWithAnErrorEvent() throws Exception {
    engine.failsWith(ErrorCode.SHUTTING_DOWN);
    List<String> events =
        ApiCalls.events(
            calls.post("/v1/chat/completions", ApiCalls.chat(",\"stream\":true")).body());
    assertThat(JSON.readTree(events.get(2)).at("/error/code").stringValue())
        .isEqualTo("shutting_down");
    assertThat(events).last().isEqualTo("[DONE]");
    ApiCalls.assertError(
        calls.post("/v1/chat/completions", ApiCalls.chat("")), 503, null, "shutting_down");
  }

  @Test
  void promptsThatDoNotFitAreRefusedNotCut() throws Exception {
    String text = "x".repeat(FakeModelOpener.CONTEXT);
    ApiCalls.assertError(
        calls.post("/v1/completions", "{\"model\":\"pom.xml\",\"prompt\":\"%s\"}".formatted(text)),
        400,
        "prompt",
        "context_length_exceeded");
    ApiCalls.assertError(
        calls.post("/v1/chat/completions", ApiCalls.chat(",\"max_tokens\":250")),
        400,
        "messages",
        "context_length_exceeded");
    assertThat(engine.requests).isEmpty();
  }

  @Test
  void wrongPathsMethodsAndTypesGetEnvelopes() throws Exception {
    ApiCalls.assertError(calls.get("/v1/nothing"), 404, null, "not_found");
    assertThat(calls.get("/v1/nothing").body()).contains("GET /v1/nothing");
    HttpResponse<String> method = calls.get("/v1/chat/completions");
    ApiCalls.assertError(method, 405, null, "method_not_allowed");
    assertThat(method.headers().firstValue("Allow")).contains("POST");
    HttpRequest packed =
        calls
            .to("/v1/chat/completions")
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofString(ApiCalls.chat("")))
            .build();
    assertThat(calls.send(packed).body()).contains("without Content-Encoding");
    HttpRequest form =
        calls
            .to("/v1/chat/completions")
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString(ApiCalls.chat("")))
            .build();
    ApiCalls.assertError(calls.send(form), 415, null, "unsupported_media_type");
    ApiCalls.assertError(
        calls.post("/v1/chat/completions", "{\"a\":\"" + "x".repeat(200_000) + "\"}"),
        413,
        null,
        "request_too_large");
  }
}
