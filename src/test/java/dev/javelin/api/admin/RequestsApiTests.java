package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServerTest
class RequestsApiTests {
  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired TestKeys keys;
  private ApiClient api = new ApiClient(0, "");

  @BeforeEach
  void connect() {
    api = new ApiClient(port, keys.with(Role.ADMIN));
  }

  @Test
  void aCallTellsItsSettingsAndItsTimelineWhileItRunsAndAfterwards() {
    opener.engine.hangsAfter("once");
    var answer = CompletableFuture.supplyAsync(() -> chat(",\"temperature\":0.5,\"max_tokens\":9"));
    JsonNode running = running(answer);
    String id = running.path("id").stringValue();
    assertThat(running.path("state").stringValue()).isEqualTo("running");
    assertThat(running.path("caller").stringValue()).isNotEmpty();
    assertThat(running.at("/sampling/temperature").floatValue()).isEqualTo(0.5f);
    assertThat(running.at("/sampling/top_k").intValue()).isEqualTo(7);
    assertThat(running.path("maxTokens").intValue()).isEqualTo(9);
    assertThat(running.at("/timelines/0/waited/blocks").intValue()).isEqualTo(3);
    assertThat(running.at("/timelines/0/finish").isNull()).isTrue();
    api.delete("/api/v1/requests/" + id).is(202);
    assertThat(answer.join().header("X-Request-Id"))
        .isEqualTo(running.path("requestId").stringValue());
    Answer ended = api.get("/api/v1/requests/" + id).is(200);
    assertThat(ended.text("/state")).isEqualTo("cancelled");
    assertThat(ended.text("/timelines/0/finish")).isEqualTo("CANCELLED");
    assertThat(ended.json().at("/sampling/temperature").floatValue()).isEqualTo(0.5f);
    api.delete("/api/v1/requests/" + id).isProblem(404, "not-found");
    assertThat(
            api.get("/api/v1/requests?state=RUNNING").json().at("/items").findValuesAsString("id"))
        .doesNotContain(id);
  }

  @Test
  void callsArePagedFromTheLatestOn() {
    opener.engine.says(FinishReason.STOP, "ok");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.addFirst(chat("").is(200).text("/id"));
    }
    Answer first = api.get("/api/v1/requests?limit=2").is(200);
    chat("").is(200); // what begins meanwhile does not move the pages
    Answer second = api.get("/api/v1/requests?limit=1&cursor=" + first.text("/next")).is(200);
    assertThat(
            List.of(
                first.text("/items/0/id"), first.text("/items/1/id"), second.text("/items/0/id")))
        .isEqualTo(ids);
    for (String bad : List.of("x", "_", "2026-01-01", "a_b")) {
      api.get("/api/v1/requests?cursor=" + bad).isProblem(400, "invalid-request");
    }
    api.get("/api/v1/requests?limit=201").isProblem(400, "invalid-request");
  }

  private JsonNode running(CompletableFuture<Answer> answer) {
    while (!answer.isDone()) {
      JsonNode items = api.get("/api/v1/requests?state=RUNNING").is(200).json().at("/items");
      if (!items.isEmpty()) {
        return items.get(0);
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("it ended: " + answer.join().response().body());
  }

  private Answer chat(String more) {
    return api.post(
        "/v1/chat/completions",
        "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
            .formatted(more));
  }
}
