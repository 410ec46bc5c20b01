package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.FakeHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The server is killed the moment an operation enters a stage. The next start knows what was
 * interrupted, goes on with pulls and digests, and serves every alias; nothing is left over.
 */
class CrashTests {
  private static final Path DART = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static final Set<String> LIVE = Set.of("QUEUED", "RUNNING", "CANCELLING");
  private static final JsonMapper JSON = new JsonMapper();

  /** When to kill: as an operation of this kind enters the stage that begins so. */
  private record Moment(String kind, String stage) {}

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private String url = "";
  private String key = "";
  private int count;

  @Test
  void whatAKillInterruptsIsPutRightAtTheNextStart() throws Exception {
    killedAt(List.of(new Moment("pull", "downloading")));
  }

  @Test
  @Tag("soak")
  void whatAKillInterruptsInAnyStageIsPutRight() throws Exception {
    killedAt(
        List.of(
            new Moment("load", "waiting"),
            new Moment("load", "fit-check"),
            new Moment("load", "packing"),
            new Moment("load", "allocating"),
            new Moment("load", "warm-up"),
            new Moment("swap", "waiting"),
            new Moment("swap", "fit-check"),
            new Moment("swap", "packing"),
            new Moment("swap", "allocating"),
            new Moment("swap", "warm-up"),
            new Moment("swap", "switch"),
            new Moment("swap", "drain"),
            new Moment("pull", "listing"),
            new Moment("pull", "downloading"),
            new Moment("pull", "verifying"),
            new Moment("pull", "registering"),
            new Moment("digest", "digest")));
  }

  private void killedAt(List<Moment> moments) throws Exception {
    try (FakeHub hub = new FakeHub()) {
      @Nullable Moment last = null;
      String operation = "";
      for (Moment moment : moments) {
        try (ServerProcess server = serve(hub)) {
          connect(server);
          if (last == null) {
            prepare();
          } else {
            putRight(last, operation);
          }
          operation = killed(moment, server, hub);
          last = moment;
        }
      }
      try (ServerProcess server = serve(hub)) {
        connect(server);
        putRight(moments.getLast(), operation);
      }
    }
  }

  private ServerProcess serve(FakeHub hub) throws IOException {
    return new ServerProcess(
        "--server.port=0",
        "--javelin.home=" + Path.of("").toAbsolutePath(),
        "--javelin.data-dir=" + directory.resolve("data"),
        "--javelin.admin.password=correct horse battery",
        "--javelin.serving.hub-url=" + hub.url(),
        "--javelin.serving.hub-allow-private=true");
  }

  private void connect(ServerProcess server) throws Exception {
    url = server.url();
    if (key.isEmpty()) {
      key =
          "Basic "
              + Base64.getEncoder()
                  .encodeToString("admin:correct horse battery".getBytes(StandardCharsets.UTF_8));
      key =
          "Bearer "
              + call("POST", "/api/v1/api-keys", "{\"name\":\"crash\",\"role\":\"admin\"}")
                  .path("secret")
                  .stringValue();
    }
  }

  private void prepare() throws Exception {
    call("POST", "/api/v1/models", "{\"name\":\"house\"}");
    call(
        "PUT",
        "/api/v1/models/house/load-profiles/default",
        "{\"contextLength\":512,\"kvCacheBytes\":16777216}");
    call("PUT", "/api/v1/models/house/decoding-profiles/default", "{}");
    register();
    register();
    call(
        "PUT",
        "/api/v1/aliases/house",
        "{\"model\":\"house\",\"version\":1,\"loadProfile\":\"default\",\"decodingProfile\":\"default\"}");
  }

  private JsonNode register() throws Exception {
    Path store = Files.createDirectories(directory.resolve("data/store"));
    Path file = Files.copy(DART, store.resolve("copy%d.gguf".formatted(count++)));
    return call("POST", "/api/v1/models/house/versions", "{\"path\":\"%s\"}".formatted(file));
  }

  /** Begins what the moment is of, and kills the server at it. @return the operation's id */
  private String killed(Moment moment, ServerProcess server, FakeHub hub) throws Exception {
    if (moment.kind().equals("swap")) {
      ended(call("POST", "/api/v1/instances", "{\"alias\":\"house\"}").path("id").stringValue());
    }
    CompletableFuture<String> killed = new CompletableFuture<>();
    InputStream events =
        client
            .send(request("GET", "/api/v1/events", null), HttpResponse.BodyHandlers.ofInputStream())
            .body();
    Thread.ofVirtual().start(() -> listen(events, moment, server, killed));
    try {
      switch (moment.kind()) {
        case "load" -> call("POST", "/api/v1/instances", "{\"alias\":\"house\"}");
        case "swap" -> {
          int now = call("GET", "/api/v1/aliases/house", null).path("version").intValue();
          call(
              "POST",
              "/api/v1/swaps",
              "{\"alias\":\"house\",\"to\":{\"version\":%d}}".formatted(3 - now));
        }
        case "pull" -> {
          String name = "pulled%d.gguf".formatted(count++);
          hub.files.put(name, Files.readAllBytes(DART));
          call(
              "POST",
              "/api/v1/models/house/versions",
              "{\"hub\":\"hf:owner/name:%s\"}".formatted(name));
        }
        default -> register();
      }
    } catch (IOException e) {
      // Killed before it answered.
    }
    String operation = killed.get(60, TimeUnit.SECONDS);
    server.exitCode();
    return operation;
  }

  private static void listen(
      InputStream events, Moment moment, ServerProcess server, CompletableFuture<String> killed) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("data:")) {
          continue;
        }
        JsonNode data = JSON.readTree(line.substring(5)).path("data");
        if (data.path("kind").asString("").equals(moment.kind())
            && data.path("stage").asString("").startsWith(moment.stage())) {
          server.kill();
          killed.complete(data.path("id").stringValue());
          return;
        }
      }
    } catch (IOException e) {
      killed.completeExceptionally(e);
    }
  }

  private void putRight(Moment moment, String operation) throws Exception {
    JsonNode was = call("GET", "/api/v1/operations/" + operation, null);
    String state = was.path("state").stringValue();
    if (state.equals("INTERRUPTED")) {
      assertThat(was.at("/problem/type").stringValue())
          .isEqualTo("urn:javelin:problem:interrupted");
    } else {
      // The kill came too late for it.
      assertThat(state).isEqualTo("SUCCEEDED");
    }
    JsonNode all = call("GET", "/api/v1/operations?limit=200", null).path("items");
    for (JsonNode each : all) {
      ended(each.path("id").stringValue());
    }
    if (moment.kind().equals("pull")) {
      JsonNode versions = call("GET", "/api/v1/models/house/versions", null).path("items");
      String source = "hf:owner/name:pulled%d.gguf".formatted(count - 1);
      assertThat(versions.findValuesAsString("source")).as(all.toPrettyString()).contains(source);
    }
    for (JsonNode version : call("GET", "/api/v1/models/house/versions", null).path("items")) {
      String path = "/api/v1/models/house/versions/" + version.path("number").intValue();
      while (call("GET", path, null).path("sha256").isNull()) {
        Thread.onSpinWait();
      }
    }
    for (String alias : List.of("dart", "house")) {
      String question =
          "{\"model\":\"%s\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
      JsonNode answer = call("POST", "/v1/chat/completions", question.formatted(alias));
      assertThat(answer.at("/usage/completion_tokens").intValue()).isPositive();
    }
    Set<String> ready = new HashSet<>();
    for (JsonNode instance : call("GET", "/api/v1/instances", null).path("items")) {
      assertThat(instance.path("state").stringValue()).isEqualTo("READY");
      ready.add(instance.path("id").stringValue());
    }
    assertThat(call("GET", "/api/v1/memory", null).at("/0/owners").findValuesAsString("instance"))
        .containsExactlyInAnyOrderElementsOf(ready);
    assertThat(call("GET", "/api/v1/audit/verify", null).path("brokenAt").isNull()).isTrue();
    try (Stream<Path> files = Files.walk(directory.resolve("data/store"))) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".part"));
    }
  }

  private void ended(String operation) throws Exception {
    JsonNode now = call("GET", "/api/v1/operations/" + operation, null);
    while (LIVE.contains(now.path("state").stringValue())) {
      Thread.onSpinWait();
      now = call("GET", "/api/v1/operations/" + operation, null);
    }
  }

  private JsonNode call(String method, String path, @Nullable String body) throws Exception {
    HttpResponse<String> response =
        client.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(method + path + response.body()).isLessThan(300);
    return JSON.readTree(response.body());
  }

  private HttpRequest request(String method, String path, @Nullable String body) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", key)
        .header("Content-Type", "application/json")
        .header("Prefer", "wait=60")
        .method(
            method,
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body))
        .build();
  }
}
