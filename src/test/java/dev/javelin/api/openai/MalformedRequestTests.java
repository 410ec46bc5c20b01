package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.ServerTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
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
          "tool_choice");
  // What is allowed after all, so that every other pair must be refused.
  private static final List<String> ALLOWED =
      List.of(
          "stop=\"x\"",
          "logit_bias={}",
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
    assertThat(bodies).hasSizeGreaterThan(400);

    try (HttpClient client = HttpClient.newHttpClient()) {
      for (byte[] body : bodies) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/v1/chat/completions".formatted(port)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        String shown = new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8);
        assertThat(response.statusCode()).as(shown + " -> " + response.body()).isBetween(400, 499);
        assertThat(new JsonMapper().readTree(response.body()).at("/error/message").stringValue())
            .as(shown)
            .isNotBlank();
      }
    }
    assertThat(output.getAll()).doesNotContain("\tat ", "Exception");
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
