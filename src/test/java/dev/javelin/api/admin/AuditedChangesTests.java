package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.security.RouteRoles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import tools.jackson.databind.JsonNode;

/** Every route of the management API that changes something leaves a row with before and after. */
@ServerTest
class AuditedChangesTests {
  private static final Path STORE = Path.of("target/test-data/store").toAbsolutePath();

  /**
   * Those that change nothing, the one whose state is nothing but a secret, and the one that a
   * server which keeps no bodies refuses (ReplayTests).
   */
  private static final Set<String> WITHOUT_STATE =
      Set.of(
          "POST /api/v1/fit-checks",
          "POST /api/v1/swaps/plan",
          "POST /api/v1/me/password",
          "POST /api/v1/requests/{id}/replay");

  /** What the row must tell. */
  private enum Kind {
    CREATED,
    CHANGED,
    DELETED
  }

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired FakeModelOpener opener;
  private final Set<String> proved = new TreeSet<>();
  private final String name = "a" + System.nanoTime();
  private ApiClient api = new ApiClient(0, "");
  private int count;

  @Test
  void everyChangeIsInTheAuditWithWhatWasAndWhatIs() throws Exception {
    Files.createDirectories(STORE);
    api = new ApiClient(port, keys.with(Role.ADMIN));
    opener.engine.says(FinishReason.STOP, "ok");
    catalog();
    memory();
    uploads();
    server();
    people();
    removals();
    Set<String> mutating =
        RouteRoles.all().stream()
            .filter(route -> route.pattern().startsWith("/api/v1/"))
            .filter(route -> route.method() != HttpMethod.GET)
            .map(route -> route.method() + " " + route.pattern())
            .filter(route -> !WITHOUT_STATE.contains(route))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(proved).isEqualTo(mutating);
  }

  private void catalog() throws IOException {
    String model = "/api/v1/models/" + name;
    JsonNode made = change(Kind.CREATED, "POST", "/api/v1/models", json("{'name':'%s'}"));
    assertThat(made.at("/after/state/name").stringValue()).isEqualTo(name);
    JsonNode described = change(Kind.CHANGED, "PUT", model, json("{'description':'new'}"));
    assertThat(described.at("/before/description").stringValue()).isEmpty();
    assertThat(described.at("/after/state/description").stringValue()).isEqualTo("new");
    for (String content : new String[] {"one", "two"}) {
      Path file = Files.writeString(STORE.resolve(name + content + ".gguf"), content);
      change(Kind.CREATED, "POST", model + "/versions", "{\"path\":\"%s\"}".formatted(file));
    }
    for (String profile : new String[] {"/load-profiles/default", "/decoding-profiles/default"}) {
      change(Kind.CREATED, "PUT", model + profile, "{}", "");
      change(Kind.CHANGED, "PUT", model + profile, "{}");
    }
    change(Kind.CREATED, "PUT", "/api/v1/aliases/" + name, target(1), "");
    JsonNode retargeted = change(Kind.CHANGED, "PUT", "/api/v1/aliases/" + name, target(2));
    assertThat(retargeted.at("/before/version").intValue()).isEqualTo(1);
    assertThat(retargeted.at("/after/state/version").intValue()).isEqualTo(2);
    change(Kind.CHANGED, "POST", "/api/v1/aliases/" + name + "/rollback", "");
  }

  private void memory() throws Exception {
    Answer load = api.post("/api/v1/instances", json("{'alias':'%s'}"), "X-Request-Id", next());
    api.succeeded(load);
    prove(Kind.CREATED, row(id()));
    opener.engine.hangsAfter("one");
    var answer =
        CompletableFuture.supplyAsync(
            () ->
                api.post(
                    "/v1/chat/completions",
                    json("{'model':'%s','messages':[{'role':'user','content':'a secret'}]}")));
    String request = "";
    while (request.isEmpty()) {
      request = running();
    }
    JsonNode cancelled = change(Kind.CHANGED, "DELETE", "/api/v1/requests/" + request, null);
    assertThat(cancelled.toString()).doesNotContain("a secret");
    answer.join();
    opener.engine.says(FinishReason.STOP, "ok");
    JsonNode swap =
        change(Kind.CHANGED, "POST", "/api/v1/swaps", json("{'alias':'%s','to':{'version':2}}"));
    assertThat(swap.at("/before/version").intValue()).isEqualTo(1);
    assertThat(swap.at("/after/state/version").intValue()).isEqualTo(2);
    String instance = "";
    while (instance.isEmpty()) {
      instance = instance(2);
    }
    change(Kind.DELETED, "DELETE", "/api/v1/instances/" + instance, null);
    // Long enough to be cancelled while it is read; takes no room on the disk.
    Path large = STORE.resolve(name + "large.gguf");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(8L << 30);
    }
    Answer digest =
        api.post("/api/v1/models/" + name + "/versions", "{\"path\":\"%s\"}".formatted(large));
    String operation = digest.is(202).header("Location");
    change(Kind.CHANGED, "POST", operation + "/cancel", "");
    api.ended(operation);
    Files.delete(large);
  }

  private void uploads() {
    String body = json("{'model':'%s','files':[{'name':'a.gguf','sizeBytes':4}]}");
    change(Kind.CREATED, "POST", "/api/v1/uploads", body);
    String first = api.post("/api/v1/uploads", body).header("Location");
    String second = api.post("/api/v1/uploads", body).header("Location");
    api.send(
            "PUT",
            first + "/files/a.gguf",
            "four".getBytes(StandardCharsets.US_ASCII),
            "X-Request-Id",
            next())
        .is(200);
    JsonNode sent = prove(Kind.CHANGED, row(id()));
    assertThat(sent.at("/before/receivedBytes").longValue()).isZero();
    assertThat(sent.at("/after/state/receivedBytes").longValue()).isEqualTo(4);
    change(Kind.CHANGED, "POST", first + "/complete", "");
    // What is being registered is in use.
    while (api.get(first).status() != 404) {
      Thread.onSpinWait();
    }
    change(Kind.DELETED, "DELETE", second, null);
  }

  private void server() {
    change(Kind.CREATED, "PUT", "/api/v1/settings/" + name, "{\"value\":\"a\"}");
    JsonNode set = change(Kind.CHANGED, "PUT", "/api/v1/settings/" + name, "{\"value\":\"b\"}");
    assertThat(set.at("/before/value").stringValue()).isEqualTo("a");
    assertThat(set.at("/after/state/value").stringValue()).isEqualTo("b");
    change(Kind.DELETED, "DELETE", "/api/v1/settings/" + name, null);
    String document = api.get("/api/v1/config/export").is(200).response().body();
    change(Kind.CHANGED, "POST", "/api/v1/config/import", document);
  }

  private void people() {
    String user = "/api/v1/users/" + name;
    change(Kind.CREATED, "POST", "/api/v1/users", json("{'name':'%s','role':'viewer'}"));
    change(Kind.CHANGED, "PUT", user, "{\"role\":\"developer\"}");
    change(Kind.CHANGED, "POST", user + "/password", "");
    change(Kind.DELETED, "DELETE", user, null);
    change(Kind.CREATED, "POST", "/api/v1/api-keys", json("{'name':'%s'}"));
    String key = api.post("/api/v1/api-keys", json("{'name':'%s'}")).text("/key/id");
    change(Kind.CHANGED, "DELETE", "/api/v1/api-keys/" + key, null);
    String quota = "/api/v1/quotas/" + name;
    change(Kind.CREATED, "PUT", quota, "{\"requestsPerMinute\":10}", "");
    change(Kind.CHANGED, "PUT", quota, "{\"requestsPerMinute\":20}");
    change(Kind.DELETED, "DELETE", quota, null);
  }

  private void removals() {
    String model = "/api/v1/models/" + name;
    // What is in memory is not deleted.
    while (api.get("/api/v1/instances").response().body().contains("\"%s\"".formatted(name))) {
      Thread.onSpinWait();
    }
    change(Kind.DELETED, "DELETE", "/api/v1/aliases/" + name, null);
    change(Kind.DELETED, "DELETE", model + "/versions/1", null);
    change(Kind.DELETED, "DELETE", model + "/load-profiles/default", null);
    change(Kind.DELETED, "DELETE", model + "/decoding-profiles/default", null);
    change(Kind.DELETED, "DELETE", model, null);
  }

  private JsonNode change(Kind kind, String method, String path, @Nullable String body) {
    return change(kind, method, path, body, "*");
  }

  /** Makes a call that must succeed; gives its row. */
  private JsonNode change(
      Kind kind, String method, String path, @Nullable String body, String ifMatch) {
    String[] headers =
        ifMatch.isEmpty() || path.contains("/settings/")
            ? new String[] {"X-Request-Id", next()}
            : new String[] {"X-Request-Id", next(), "If-Match", ifMatch};
    Answer answer = api.call(method, path, body, headers);
    assertThat(answer.status()).as(answer.response().body()).isBetween(200, 299);
    return prove(kind, row(id()));
  }

  private JsonNode prove(Kind kind, JsonNode row) {
    JsonNode before = row.path("before");
    JsonNode after = row.at("/after/state");
    assertThat(before.isObject()).as("before of %s", row).isEqualTo(kind != Kind.CREATED);
    assertThat(after.isObject()).as("after of %s", row).isEqualTo(kind != Kind.DELETED);
    proved.add(row.path("action").stringValue());
    return row;
  }

  private JsonNode row(String requestId) {
    for (JsonNode row : api.get("/api/v1/audit?limit=50").is(200).json().path("items")) {
      if (row.path("requestId").stringValue().equals(requestId)
          && row.path("action").stringValue().contains("/api/")) {
        return row;
      }
    }
    throw new AssertionError("no row of " + requestId);
  }

  private String next() {
    count++;
    return id();
  }

  private String id() {
    return name + "-" + count;
  }

  /** With single quotes for double ones, and the name. */
  private String json(String text) {
    return text.replace('\'', '"').formatted(name);
  }

  private String target(int version) {
    return """
        {"model":"%s","version":%d,"loadProfile":"default","decodingProfile":"default"}
        """
        .formatted(name, version);
  }

  private String running() {
    for (JsonNode request : api.get("/api/v1/requests?state=RUNNING").json().path("items")) {
      if (request.path("model").stringValue().equals(name)) {
        return request.path("id").stringValue();
      }
    }
    return "";
  }

  private String instance(int version) {
    for (JsonNode instance : api.get("/api/v1/instances").json().path("items")) {
      if (instance.path("model").stringValue().equals(name)
          && instance.path("version").intValue() == version
          && instance.path("state").stringValue().equals("READY")) {
        return instance.path("id").stringValue();
      }
    }
    return "";
  }
}
