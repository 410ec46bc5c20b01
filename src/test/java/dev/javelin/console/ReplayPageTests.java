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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** What was said in a request is on its page, and can be asked again there. */
@OptedIn
class ReplayPageTests {
  private static final String QUESTION = "what is a <b>crater</b>?";

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired TestKeys keys;
  private final HttpClient client = HttpClient.newHttpClient();
  private PageClient pages = new PageClient(0);

  @BeforeEach
  void open() {
    pages = new PageClient(port);
    opener.engine.says(FinishReason.STOP, "A ", "mountain.");
  }

  @AfterEach
  void close() {
    pages.close();
    client.shutdownNow();
  }

  /** Asks, and gives the request's id. */
  private String asked(String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/v1/chat/completions".formatted(port)))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=60")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                        .formatted(QUESTION)))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body()).path("id").asString("");
  }

  private static String page(String id) {
    return "/console/requests/" + id;
  }

  @Test
  void itsPageHasWhatWasSaidAndAsksItAgain() throws Exception {
    String developer = keys.with(Role.DEVELOPER);
    String id = asked(developer);
    assertThat(pages.get(page(id), developer).body())
        .contains("what is a &lt;b&gt;crater&lt;/b&gt;?", "A mountain.", "Ask again");

    HttpResponse<String> same = pages.post(page(id) + "/replay", developer, "model", "");
    assertThat(same.statusCode()).isEqualTo(200);
    assertThat(same.body())
        .contains("id=\"replayed\"", "the same answer", "href=\"/console/requests/replay-");

    opener.engine.says(FinishReason.STOP, "A ", "hill.");
    HttpResponse<String> other = pages.post(page(id) + "/replay", developer);
    assertThat(other.body())
        .contains("another answer", "<td class=\"was\"><span>A mountain.</span>")
        .contains("<td class=\"is\"><span>A hill.</span>");
  }

  @Test
  void whatIsRefusedSaysSoOnThePage() throws Exception {
    String developer = keys.with(Role.DEVELOPER);
    String id = asked(developer);
    HttpResponse<String> refused =
        pages.post(page(id) + "/replay", developer, "model", "nothing-like-it");
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.body()).contains("class=\"problem\"", "nothing-like-it", "A mountain.");
  }

  @Test
  void onlyWhoAskedAndAnAdministratorSeeWhatWasSaid() throws Exception {
    String id = asked(keys.with(Role.ADMIN));
    String developer = keys.with(Role.DEVELOPER);
    assertThat(pages.get(page(id), developer).body()).doesNotContain("crater", "/replay");
    assertThat(pages.post(page(id) + "/replay", developer).statusCode()).isEqualTo(403);
    for (String who : new String[] {"", keys.with(Role.VIEWER)}) {
      assertThat(pages.get(page(id), who).body()).doesNotContain("crater", "/replay");
    }
    assertThat(pages.get(page(asked(developer)), keys.with(Role.ADMIN)).body())
        .contains("crater", "/replay");
  }
}
