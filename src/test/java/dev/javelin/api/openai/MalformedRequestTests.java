package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.ServerTest;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

@ServerTest
@ExtendWith(OutputCaptureExtension.class)
class MalformedRequestTests {
  private static final List<String> WRONG =
      List.of(
          "\"x\"",
          "{}",
          "[[]]",
          "true",
          "1e400",
          "-1e99",
          "99999999999999999999",
          "0.5.5",
          "NaN",
          "Infinity",
          "-",
          "\"\\ud800\"",
          "'a'",
          "[{\"a\":NaN}]");
  private static final List<String> FIELDS =
      List.of(
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "repetition_penalty",
          "frequency_penalty",
          "presence_penalty",
          "logit_bias",
          "max_tokens",
          "max_completion_tokens",
          "min_tokens",
          "stop",
          "stop_token_ids",
          "ignore_eos",
          "include_stop_str_in_output",
          "n",
          "seed",
          "skip_special_tokens",
          "stream",
          "stream_options",
          "chat_template_kwargs",
          "messages",
          "model",
          "unknown_field",
          "tools",
          "response_format",
          "logprobs",
          "top_logprobs",
          "prompt_logprobs",
          "typical_p",
          "xtc_probability",
          "dry_base",
          "mirostat",
          "bad_words",
          "allowed_token_ids",
          "priority",
          "cache_salt",
          "tool_choice");
  // What is allowed after all, so that every other pair must be refused.
  private static final List<String> ALLOWED =
      List.of(
          "stop=\"x\"",
          "cache_salt=\"x\"",
          "logit_bias={}",
          "logprobs=true",
          "chat_template_kwargs={}",
          "ignore_eos=true",
          "include_stop_str_in_output=true",
          "skip_special_tokens=true",
          "stream=true");

  @LocalServerPort int port;

  @Test
  void everyMalformedBodyIsAClearRefusal(CapturedOutput output) throws Exception {
    List<byte[]> bodies = new ArrayList<>();
    for (String field : FIELDS) {
      for (String value : WRONG) {
        if (!ALLOWED.contains(field + "=" + value)) {
          bodies.add(bytes("{%s,\"%s\":%s}".formatted(base(field), field, value)));
        }
      }
    }
    String good = "{" + base("") + "}";
    for (int cut = 0; cut < good.length(); cut++) {
      bodies.add(bytes(good.substring(0, cut)));
    }
    for (String text :
        List.of(
            "[]",
            "null",
            "\"a\"",
            "1",
            good + good,
            "{\"a\":".repeat(5000),
            "[".repeat(50_000),
            "\u0000",
            "{" + base("") + "," + base("model") + "}",
            "<a/>",
            "{\"model\":\"nope\"}",
            "{\"model\":1}",
            "{\"model\":\"pom.xml\",\"messages\":[]}",
            "{\"model\":\"pom.xml\",\"messages\":[1]}",
            "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"king\",\"content\":\"a\"}]}",
            "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
            "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"b\":1}]}",
            "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}]}")) {
      bodies.add(bytes(text));
    }
    bodies.add(new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
    bodies.add(good.replace("hi", "h\u00e9").getBytes(StandardCharsets.ISO_8859_1));
    addBroken(bodies, good);

    try (HttpClient client = HttpClient.newHttpClient()) {
      int requests = 0;
      for (byte[] body : bodies) {
        assertRefused(client, "/v1/chat/completions", body);
        assertRefused(client, "/v1/completions", asCompletion(body));
        requests += 2;
      }
      assertThat(requests).isGreaterThan(2000);
      HttpResponse<String> after =
          post(client, "/tokenize", bytes("{\"model\":\"pom.xml\",\"prompt\":\"hi\"}"));
      assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
    }
    assertThat(output.getAll()).doesNotContain("\tat ", "Exception");
  }

  /** The same mistake in the other API. */
  private static byte[] asCompletion(byte[] chat) {
    return new String(chat, StandardCharsets.ISO_8859_1)
        .replace("\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]", "\"prompt\":\"hi\"")
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Good JSON with one character lost, doubled or replaced, as long as it is JSON no more. */
  private static void addBroken(List<byte[]> bodies, String good) {
    Random random = new Random(5);
    JsonMapper strict =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    for (int broken = 0; broken < 700; ) {
      int at = random.nextInt(good.length());
      String change =
          switch (random.nextInt(3)) {
            case 0 -> "";
            case 1 -> good.substring(at, at + 1).repeat(2);
            default -> String.valueOf((char) (random.nextInt(94) + 33));
          };
      String text = good.substring(0, at) + change + good.substring(at + 1);
      try {
        strict.readTree(text);
      } catch (JacksonException e) {
        bodies.add(bytes(text));
        broken++;
      }
    }
  }

  private void assertRefused(HttpClient client, String path, byte[] body) throws Exception {
    HttpResponse<String> response = post(client, path, body);
    String shown =
        path + " " + new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8);
    assertThat(response.statusCode()).as(shown + " -> " + response.body()).isBetween(400, 499);
    assertThat(new JsonMapper().readTree(response.body()).at("/error/message").stringValue())
        .as(shown)
        .isNotBlank();
  }

  private HttpResponse<String> post(HttpClient client, String path, byte[] body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofMinutes(2))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void headersThatPromiseWhatTheBodyIsNot(CapturedOutput output) throws Exception {
    String good = "{" + base("") + "}";
    List<List<String>> heads =
        List.of(
            List.of("Content-Type: application/json", "Content-Encoding: gzip"),
            List.of("Content-Type: application/json; charset=utf-16"),
            List.of("Content-Type: text/plain"),
            List.of("Content-Type: multipart/form-data; boundary=x"),
            List.of("Content-Type: nonsense"),
            List.of("Content-Type: application/json", "Content-Length: -1"),
            List.of("Content-Type: application/json", "Content-Length: 99999999999999999999"),
            List.of("Content-Type: application/json", "Content-Length: 900000000"),
            List.of("Content-Type: application/json", "Transfer-Encoding: chunked"),
            List.of("Content-Type: application/json", "X-Filler: " + "a".repeat(20_000)));
    for (List<String> head : heads) {
      assertThat(raw(head, good)).as(head.toString()).matches("(?s)HTTP/1.1 4\\d\\d .*");
    }
    assertThat(output.getAll()).doesNotContain("\tat ", "Exception");
  }

  /** Netty answers these before anything of ours is asked. */
  @Test
  void chunksThatAreNoneLeaveNoTrace(CapturedOutput output) throws Exception {
    for (String chunks : List.of("zz\r\nabc", "5\r\n{\"mod\r\nzz\r\n")) {
      assertThat(
              raw(List.of("Content-Type: application/json", "Transfer-Encoding: chunked"), chunks))
          .startsWith("HTTP/1.1 400 ");
    }
    assertThat(output.getAll()).doesNotContain("\tat ", "Exception");
  }

  /** Half a body, then silence: the server must answer by itself and close. */
  @Test
  void aBodyThatNeverEndsIsRefused(CapturedOutput output) throws Exception {
    String half = "{" + base("messages");
    assertThat(raw(List.of("Content-Type: application/json", "Content-Length: 500"), half))
        .startsWith("HTTP/1.1 408 ");
    assertThat(output.getAll()).doesNotContain("\tat ", "Exception");
  }

  /** What comes back until the server closes; {@code head} may hold a length of its own. */
  private String raw(List<String> head, String body) throws Exception {
    StringBuilder request = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\n");
    request.append("Host: 127.0.0.1\r\nConnection: close\r\n");
    head.forEach(line -> request.append(line).append("\r\n"));
    if (head.stream().noneMatch(line -> line.matches("(Content-Length|Transfer-Encoding):.*"))) {
      request.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    request.append("\r\n").append(body);
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(120_000);
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer to " + head, e);
    }
  }

  private static String base(String without) {
    String model = "\"model\":\"pom.xml\"";
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    return without.equals("model")
        ? messages
        : without.equals("messages") ? model : model + "," + messages;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
