package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.TokenRule;
import dev.javelin.fake.FakeEngine;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ServerTest
final class StructuredOutputApiTests {
  private static final JsonMapper JSON = new JsonMapper();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  private final HttpClient client = HttpClient.newHttpClient();
  private FakeEngine engine = new FakeEngine();

  @BeforeEach
  void ready() {
    engine = opener.engine;
    engine.says(FinishReason.STOP, "ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'response_format':{'type':'json_object'}",
        "'response_format':{'type':'json_schema','json_schema':{'name':'n','strict':true,'schema':{'type':'integer'}}}",
        "'structured_outputs':{'json':{'type':'integer'}}",
        "'structured_outputs':{'regex':'[a-z]+'}",
        "'structured_outputs':{'choice':['a','b']}",
        "'structured_outputs':{'grammar':'root ::= [a-z]'}",
        "'guided_json':'{\\'type\\':\\'integer\\'}'",
        "'guided_json':true",
        "'guided_regex':'a|b'",
        "'guided_choice':['a']",
        "'guided_grammar':'root ::= [a-z]'"
      })
  void theAnswerIsKeptToIt(String field) throws Exception {
    for (String path : new String[] {"chat/completions", "completions"}) {
      HttpResponse<String> response = post(path, field);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(engine.requests.take().sampling().rule()).as(field).isNotNull();
    }
  }

  @Test
  void plainTextHasNoRule() throws Exception {
    assertThat(post("completions", "'response_format':{'type':'text'}").statusCode())
        .isEqualTo(200);
    assertThat(engine.requests.take().sampling().rule()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'guided_json':{'properties':{'a':{'not':{}}}};guided_json;'not' at #/properties/a cannot be enforced",
        "'stream':true,'guided_json':{'not':{}};guided_json;'not' at #",
        "'structured_outputs':{'regex':'(a'};structured_outputs.regex;a group is not closed",
        "'structured_outputs':{'json':7};structured_outputs.json;must be a JSON schema",
        "'structured_outputs':{'xml':'a'};structured_outputs.xml;is not a field",
        "'guided_grammar':'root ::= x';guided_grammar;'x' is used but not defined",
        "'guided_choice':[];guided_choice;must hold 1 to",
        "'response_format':{'type':'xml'};response_format.type;must be text, json_object or json_schema",
        "'response_format':{'type':'json_schema'};response_format.json_schema;is required",
        "'guided_regex':'a','guided_choice':['a'];guided_choice;only one of",
        "'guided_regex':'a','ignore_eos':true;ignore_eos;cannot be combined",
        "'guided_regex':'a','min_tokens':3;min_tokens;cannot be combined"
      })
  void whatCannotBeKeptIsRefused(String field, String parameter, String message) throws Exception {
    HttpResponse<String> response = post("chat/completions", field);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("param").stringValue()).isEqualTo(parameter);
    assertThat(error.path("message").stringValue()).contains(message);
  }

  @Test
  void aCallerWhoLeavesWhileTheGrammarIsCompiledLeavesNothingBehind() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    engine.compilesOnce(open);
    engine.hangsAfter();
    var leaving =
        client.sendAsync(request("completions", "'guided_regex':'a'"), BodyHandlers.ofString());
    GenerationRequest waiting = engine.requests.take();
    leaving.cancel(true);
    try {
      // Answers that were refused before may still be on their way out.
      String aborted = engine.aborts.poll(5, TimeUnit.MINUTES);
      while (aborted != null && !aborted.equals(waiting.id())) {
        aborted = engine.aborts.poll(5, TimeUnit.MINUTES);
      }
      assertThat(aborted).isEqualTo(waiting.id());
    } finally {
      open.countDown();
    }
    // What is asked for afterwards is compiled; what nobody waits for was given up.
    engine.says(FinishReason.STOP, "ok");
    assertThat(post("completions", "'guided_regex':'b'").statusCode()).isEqualTo(200);
    TokenRule rule = waiting.sampling().rule();
    assertThat(rule).isNotNull();
    assertThat(rule.ready()).isFalse();
  }

  private HttpResponse<String> post(String path, String field) throws Exception {
    return client.send(request(path, field), BodyHandlers.ofString());
  }

  private HttpRequest request(String path, String field) {
    String prompt =
        path.equals("completions")
            ? "\"prompt\":\"hi\""
            : "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    String json = field.replace("\\'", "\\\"").replace('\'', '"');
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/v1/%s".formatted(port, path)))
        .header("Content-Type", "application/json")
        .POST(
            HttpRequest.BodyPublishers.ofString(
                "{\"model\":\"pom.xml\",%s,%s}".formatted(prompt, json)))
        .build();
  }
}
