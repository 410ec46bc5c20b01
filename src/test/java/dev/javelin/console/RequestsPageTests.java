package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests as a browser without scripts sees, finds and cancels them. */
@ServerTest
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RequestsPageTests {
  private static final Pattern ENDED_ROW = Pattern.compile("data-id=\"([^\"]+)\" data-ended");
  private static final Pattern OLDER = Pattern.compile("<a id=\"older\" href=\"([^\"]+)\">");

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired FakeModelOpener opener;
  private final HttpClient client = HttpClient.newHttpClient();
  private String requestId = "";

  @BeforeEach
  void name() {
    requestId = "find-me-" + System.nanoTime();
  }

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  private CompletableFuture<HttpResponse<String>> chat() {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create(address("/v1/chat/completions")))
            .header("Content-Type", "application/json")
            .header("X-Request-Id", requestId)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"model":"pom.xml","messages":[{"role":"user","content":"hi"}],
                     "temperature":0.5,"max_tokens":77}"""))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Its row in what scripts read, as soon as it is there. */
  private JsonNode row(String list) throws Exception {
    while (true) {
      String json = get("/console/requests.json?q=" + requestId, "").body();
      JsonNode rows = new JsonMapper().readTree(json).path(list);
      if (!rows.isEmpty()) {
        return rows.get(0);
      }
    }
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    return send(HttpRequest.newBuilder().GET(), path, key);
  }

  private HttpResponse<String> cancel(String id, String key, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.noBody());
    return send(
        headers.length == 0 ? request : request.headers(headers),
        "/console/requests/" + id + "/cancel",
        key);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path, String key)
      throws Exception {
    request.uri(URI.create(address(path))).header("Accept", "text/html,*/*");
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String address(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  @Test
  void anOperatorCancelsOneWithAFormAndNobodyElseIsOfferedIt() throws Exception {
    opener.engine.hangsAfter("once");
    CompletableFuture<HttpResponse<String>> answer = chat();
    JsonNode row = row("live");
    String id = row.path("id").stringValue();
    assertThat(row.path("state").stringValue()).isEqualTo("running");
    assertThat(row.path("maxTokens").intValue()).isEqualTo(77);
    String form = "action=\"/console/requests/" + id + "/cancel\"";
    String operator = keys.with(Role.OPERATOR);
    assertThat(get("/console/requests", operator).body()).contains(form, ">running<");
    assertThat(get("/console/requests/" + id, operator).body()).contains(form);
    for (String other : new String[] {"", keys.with(Role.VIEWER), keys.with(Role.DEVELOPER)}) {
      assertThat(get("/console/requests", other).body()).contains(id).doesNotContain("/cancel\"");
      assertThat(get("/console/requests/" + id, other).body()).doesNotContain("/cancel\"");
      assertThat(cancel(id, other).statusCode()).isIn(303, 403);
    }
    assertThat(cancel(id, "", "Cookie", "javelin_session=stolen").statusCode()).isEqualTo(403);
    assertThat(answer).isNotDone();

    HttpResponse<String> done = cancel(id, operator);
    assertThat(done.statusCode()).isEqualTo(303);
    assertThat(done.headers().firstValue("Location")).hasValue("/console/requests");
    answer.join();
    assertThat(row("ended").path("state").stringValue()).isEqualTo("cancelled");
    assertThat(get("/console/requests?q=" + requestId, operator).body())
        .contains("class=\"chip cancelled\"")
        .doesNotContain(form);
    HttpResponse<String> late = cancel(id, operator);
    assertThat(late.statusCode()).isEqualTo(404);
    assertThat(late.body()).contains("runs any more", "id=\"requests\"");
    assertThat(get("/console/audit?action=cancel", keys.with(Role.ADMIN)).body())
        .contains("/console/requests/" + id + "/cancel");
  }

  @Test
  void oneIsFoundByAnyOfItsNamesWithItsWaitAndItsSettings() throws Exception {
    opener.engine.says(FinishReason.STOP, "fine");
    assertThat(chat().join().statusCode()).isEqualTo(200);
    JsonNode row = row("ended");
    String id = row.path("id").stringValue();
    for (String name : new String[] {id, id + "-0", requestId}) {
      String page = get("/console/requests/" + name, keys.with(Role.OPERATOR)).body();
      assertThat(page)
          .as(name)
          .contains(id, requestId, "It waited for 15 steps", "For KV blocks", "3 steps")
          .contains("temperature", "0.5", "max_tokens", "77", ">Caller<");
    }
    assertThat(get("/console/requests/" + id, "").body()).doesNotContain(">Caller<");
    assertThat(get("/console/requests?q=" + requestId, "").body()).contains(id);
    assertThat(get("/console/requests?q=nothing%3Cb%3E", "").body())
        .contains("Nothing matches “nothing&lt;b&gt;”")
        .doesNotContain(id);
    assertThat(get("/console/requests?sort=wait", "").body())
        .contains("<option value=\"wait\" selected=\"selected\">");
    assertThat(get("/console/requests/unknown", "").body()).contains("not among the last ones");

    long millis =
        new JsonMapper()
            .readTree(get("/console/requests.json?q=" + requestId, "").body())
            .path("millis")
            .longValue();
    String later = get("/console/requests.json?since=" + (millis + 60_000), "").body();
    assertThat(new JsonMapper().readTree(later).path("ended")).isEmpty();
  }

  @Test
  void olderOnesAreOnFurtherPagesEachOnce() throws Exception {
    int many = 2 * RequestRows.PAGE + 10;
    opener.engine.says(FinishReason.STOP, "fine");
    Set<String> asked = new HashSet<>();
    for (int i = 0; i < many; i++) {
      assertThat(chat().join().statusCode()).isEqualTo(200);
    }
    List<Integer> sizes = new ArrayList<>();
    String next = "/console/requests?q=" + requestId;
    while (next != null) {
      String page = get(next, "").body();
      List<String> rows = all(ENDED_ROW, page);
      sizes.add(rows.size());
      asked.addAll(rows);
      List<String> older = all(OLDER, page);
      next = older.isEmpty() ? null : older.getFirst().replace("&amp;", "&");
    }
    assertThat(sizes).containsExactly(RequestRows.PAGE, RequestRows.PAGE, 10);
    assertThat(asked).hasSize(many);
    String json = get("/console/requests.json?q=" + requestId, "").body();
    assertThat(new JsonMapper().readTree(json).path("ended")).hasSize(RequestRows.PAGE);
  }

  private static List<String> all(Pattern pattern, String page) {
    return pattern.matcher(page).results().map(found -> found.group(1)).toList();
  }
}
