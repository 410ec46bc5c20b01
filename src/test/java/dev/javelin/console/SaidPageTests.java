package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.OptedIn;
import dev.javelin.fake.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** A request's page tells what was said in it, where that is kept, to whom it may. */
@OptedIn
class SaidPageTests {
  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired FakeModelOpener opener;
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path, String key)
      throws Exception {
    return client.send(
        request
            .uri(URI.create("http://127.0.0.1:" + port + path))
            .header("x-api-key", key)
            .header("Content-Type", "application/json")
            .header("Accept", "text/html,*/*")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String page(String id, String key) throws Exception {
    return send(HttpRequest.newBuilder().GET(), "/console/requests/" + id, key).body();
  }

  /** The id of a request that was answered. */
  private String asked(String path, String body, String key) throws Exception {
    var answer =
        send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)), path, key);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonMapper().readTree(answer.body()).path("id").stringValue();
  }

  @Test
  void whoSaidItAndAdministratorsSeeItAndNobodyElse() throws Exception {
    String own = keys.with(Role.DEVELOPER);
    opener.engine.says(FinishReason.STOP, "I am <b>fine</b>");
    String id =
        asked(
            "/v1/chat/completions",
            """
            {"model":"pom.xml","n":2,"messages":[
              {"role":"system","content":"Be <script>brief</script>"},
              {"role":"user","content":[{"type":"text","text":"How are"},{"type":"text","text":"you?"}]}]}""",
            own);
    for (String key : new String[] {own, keys.with(Role.ADMIN)}) {
      assertThat(page(id, key))
          .contains("Be &lt;script&gt;brief", "How are", "you?", ">system<", ">user<")
          .contains("I am &lt;b&gt;fine&lt;/b&gt;", ">Answer 1<", ">Answer 2<", ">stop<")
          .doesNotContain("<b>fine", "<script>brief", ">Answer 3<");
    }
    for (String key : new String[] {keys.with(Role.VIEWER), keys.with(Role.DEVELOPER)}) {
      assertThat(page(id, key)).contains("This is another").doesNotContain("brief", "fine");
    }
  }

  @Test
  void everyPromptStandsWithItsOwnAnswers() throws Exception {
    String own = keys.with(Role.DEVELOPER);
    opener.engine.says(FinishReason.LENGTH, "and so on");
    String id =
        asked("/v1/completions", "{\"model\":\"pom.xml\",\"prompt\":[\"Once\",\"Twice\"]}", own);
    assertThat(page(id, own))
        .containsSubsequence(">Prompt 1<", ">Once<", "and so on", ">Prompt 2<", ">Twice<")
        .contains(">length<");
  }
}
