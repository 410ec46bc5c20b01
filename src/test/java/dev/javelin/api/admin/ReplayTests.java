package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.OptedIn;
import dev.javelin.fake.TestKeys;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** A request that ended is asked again. */
@OptedIn
class ReplayTests {
  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired TestKeys keys;
  private ApiClient admin = new ApiClient(0, "");

  @BeforeEach
  void connect() {
    admin = new ApiClient(port, keys.with(Role.ADMIN));
    opener.engine.says(FinishReason.STOP, "Hel", "lo");
  }

  @Test
  void theSameIsAskedAgainAndTheAnswersAreCompared() throws Exception {
    String id = chat(admin, ",\"temperature\":0.5,\"seed\":7,\"n\":2,\"max_tokens\":9").text("/id");
    opener.engine.requests.clear();
    Answer same = admin.post(replay(id), "").is(200);
    assertThat(same.json().path("same").booleanValue()).isTrue();
    assertThat(same.text("/of")).isEqualTo(id);
    assertThat(same.text("/before/answers/1/text")).isEqualTo("Hello");
    assertThat(same.text("/after/answers/1/text")).isEqualTo("Hello");
    assertThat(same.text("/after/answers/1/finish")).isEqualTo("stop");
    assertThat(same.text("/after/version")).isEqualTo(same.text("/before/version"));
    GenerationRequest asked = opener.engine.requests.take();
    assertThat(new String(asked.promptTokenIds(), 0, asked.promptTokenIds().length))
        .contains("user: hi");
    assertThat(asked.sampling().temperature()).isEqualTo(0.5f);
    assertThat(asked.sampling().seed()).hasValue(7);
    assertThat(asked.sampling().maxTokens()).isEqualTo(9);
    assertThat(opener.engine.requests).hasSize(1);

    opener.engine.says(FinishReason.LENGTH, "Hel", "p");
    Answer other = admin.post(replay(id), "{\"model\":\"pom.xml\"}").is(200);
    assertThat(other.json().path("same").booleanValue()).isFalse();
    assertThat(other.text("/after/answers/0/text")).isEqualTo("Help");
    assertThat(other.text("/before/answers/0/text")).isEqualTo("Hello");
    // It is a request like any other: listed, and to be replayed itself.
    assertThat(admin.get("/api/v1/requests/" + other.text("/id")).is(200).text("/state"))
        .isEqualTo("finished");
    admin.post(replay(other.text("/id")), "").is(200);
  }

  @Test
  void whatFailsIsComparedTooAndWhatIsRefusedIsAProblem() {
    String id = chat(admin, "").text("/id");
    opener.engine.failsWith(ErrorCode.STEP_FAILED);
    Answer failed = admin.post(replay(id), "").is(200);
    assertThat(failed.text("/after/answers/0/finish")).isEqualTo("step_failed");
    assertThat(failed.json().path("same").booleanValue()).isFalse();
    opener.engine.refuses(ErrorCode.QUEUE_FULL);
    Answer full = admin.post(replay(id), "").isProblem(503, "unavailable");
    assertThat(full.header("Retry-After")).isEqualTo("1");
    admin.post(replay(id), "{\"model\":\"nothing\"}").isProblem(404, "not-found");
    admin.post(replay(id), "{\"model\":7}").isProblem(400, "invalid-request");
    admin.post(replay("chatcmpl-nothing"), "").isProblem(404, "not-found");
  }

  @Test
  void onlyAnAdministratorSeesWhatOthersSaid() {
    ApiClient developer = new ApiClient(port, keys.with(Role.DEVELOPER));
    String own = chat(developer, "").text("/id");
    developer.post(replay(own), "").is(200);
    admin.post(replay(own), "").is(200);
    String others = chat(admin, "").text("/id");
    developer.post(replay(others), "").isProblem(403, "role-too-low");
  }

  @Test
  void aReplayIsOfWhoeverAsksForIt() {
    String id = chat(admin, "").text("/id");
    ApiClient once =
        new ApiClient(
            port,
            keys.make(Optional.of(Role.ADMIN), Set.of(), new Limits(1L, null, null, null), null));
    once.post(replay(id), "").is(200);
    Answer full = once.post(replay(id), "").isProblem(429, "rate-limited");
    assertThat(full.text("/quota")).isEqualTo("requests_per_minute");
    assertThat(Integer.parseInt(full.header("Retry-After"))).isBetween(1, 61);
    JsonNode row = admin.get("/api/v1/audit?limit=20").is(200).json().path("items");
    assertThat(row.toString()).contains("POST /api/v1/requests/{id}/replay", "\"of\":\"" + id);
  }

  @Test
  void whatStillRunsIsNotAskedAgain() {
    opener.engine.hangsAfter("once");
    var running = CompletableFuture.supplyAsync(() -> chat(admin, ""));
    String id = "";
    while (id.isEmpty()) {
      id = admin.get("/api/v1/requests?state=RUNNING").text("/items/0/id");
    }
    admin.post(replay(id), "").isProblem(409, "conflict");
    admin.delete("/api/v1/requests/" + id).is(202);
    running.join();
    opener.engine.says(FinishReason.STOP, "once");
    Answer again = admin.post(replay(id), "").is(200);
    assertThat(again.text("/before/answers/0/finish")).isEqualTo("cancelled");
  }

  private static String replay(String id) {
    return "/api/v1/requests/" + id + "/replay";
  }

  private static Answer chat(ApiClient api, String more) {
    return api.post(
        "/v1/chat/completions",
        "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
            .formatted(more),
        "Prefer",
        "wait=60");
  }
}
