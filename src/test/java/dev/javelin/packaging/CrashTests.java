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
import java.util.concurrent.TimeoutException;
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
  private String upload = "";
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
            new Moment("upload", "verifying"),
            new Moment("upload", "registering"),
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
          System.out.println("killed at " + moment);
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
    if (moment.kind().equals("load")) {
      unload();
    } else if (moment.kind().equals("swap")) {
      ended(call("POST", "/api/v1/instances", "{\"alias\":\"house\"}").path("id").stringValue());
    }
    CompletableFuture<String> killed = new CompletableFuture<>();
    InputStream events =
        client
            .send(
                request("GET", "/api/v1/events", HttpRequest.BodyPublishers.noBody()),
                HttpResponse.BodyHandlers.ofInputStream())
            .body();
    Thread.ofVirtual().start(() -> listen(events, moment, server, killed));
    try {
      switch (moment.kind()) {
        case "load" -> call("POST", "/api/v1/instances", "{\"alias\":\"house\"}");
        case "swap" -> {
          int now = get("/api/v1/aliases/house").path("version").intValue();
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
        case "upload" -> {
          upload = sent();
          call("POST", upload + "/complete", "");
        }
        default -> register();
      }
    } catch (IOException e) {
      // Killed before it answered.
    }
    String operation;
    try {
      operation = killed.get(5, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new AssertionError("the server never came to " + moment + server.output(), e);
    }
    server.exitCode();
    return operation;
  }

  /** Whoever asked before may have brought it into memory. */
  private void unload() throws Exception {
    for (JsonNode instance : get("/api/v1/instances").path("items")) {
      if (instance.path("model").stringValue().equals("house")) {
        String path = "/api/v1/instances/" + instance.path("id").stringValue();
        ended(call("DELETE", path, "").path("id").stringValue());
      }
    }
  }

  /** Uploads a whole file. @return the upload's path */
  private String sent() throws Exception {
    byte[] file = Files.readAllBytes(DART);
    String name = "sent%d.gguf".formatted(count++);
    String files = "[{\"name\":\"%s\",\"sizeBytes\":%d}]".formatted(name, file.length);
    String id =
        call("POST", "/api/v1/uploads", "{\"model\":\"house\",\"files\":%s}".formatted(files))
            .path("id")
            .stringValue();
    String path = "/api/v1/uploads/" + id;
    call("PUT", path + "/files/" + name, HttpRequest.BodyPublishers.ofByteArray(file));
    return path;
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
    JsonNode was = get("/api/v1/operations/" + operation);
    String state = was.path("state").stringValue();
    if (state.equals("INTERRUPTED")) {
      assertThat(was.at("/problem/type").stringValue())
          .isEqualTo("urn:javelin:problem:interrupted");
    } else {
      // The kill came too late for it.
      assertThat(state).isEqualTo("SUCCEEDED");
    }
    JsonNode all = get("/api/v1/operations?limit=200").path("items");
    for (JsonNode each : all) {
      ended(each.path("id").stringValue());
    }
    switch (moment.kind()) {
      case "pull" -> awaitVersion("hf:owner/name:pulled%d.gguf".formatted(count - 1));
      case "upload" -> completed();
      default -> {}
    }
    for (String number : versions("number")) {
      while (get("/api/v1/models/house/versions/" + number).path("sha256").isNull()) {
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
    for (JsonNode instance : get("/api/v1/instances").path("items")) {
      assertThat(instance.path("state").stringValue()).isEqualTo("READY");
      ready.add(instance.path("id").stringValue());
    }
    assertThat(get("/api/v1/memory").at("/0/owners").findValuesAsString("instance"))
        .containsExactlyInAnyOrderElementsOf(ready);
    assertThat(get("/api/v1/audit/verify").path("brokenAt").isNull()).isTrue();
    try (Stream<Path> files = Files.walk(directory.resolve("data/store"))) {
      assertThat(files.filter(Files::isRegularFile).map(Path::toString))
          .as("nothing is in the store but versions")
          .containsExactlyInAnyOrderElementsOf(versions("path"));
    }
  }

  /** A pull goes on once the server has started, beside the first requests. */
  private void awaitVersion(String source) throws Exception {
    while (!versions("source").contains(source)) {
      JsonNode all = get("/api/v1/operations?limit=200").path("items");
      assertThat(all.findValuesAsString("state")).as(all.toPrettyString()).doesNotContain("FAILED");
    }
  }

  /** What came is not lost: the client completes it again unless it is registered already. */
  private void completed() throws Exception {
    String source = "upload:" + upload.substring(upload.lastIndexOf('/') + 1);
    if (!versions("source").contains(source)) {
      assertThat(get(upload).path("state").stringValue()).isEqualTo("OPEN");
      ended(call("POST", upload + "/complete", "").path("id").stringValue());
    }
    assertThat(versions("source")).containsOnlyOnce(source);
    assertThat(get("/api/v1/uploads").path("items")).isEmpty();
  }

  /** A field of all versions. */
  private List<String> versions(String field) throws Exception {
    return get("/api/v1/models/house/versions").path("items").findValuesAsString(field);
  }

  private void ended(String operation) throws Exception {
    JsonNode now = get("/api/v1/operations/" + operation);
    while (LIVE.contains(now.path("state").stringValue())) {
      Thread.onSpinWait();
      now = get("/api/v1/operations/" + operation);
    }
  }

  private JsonNode get(String path) throws Exception {
    return call("GET", path, HttpRequest.BodyPublishers.noBody());
  }

  private JsonNode call(String method, String path, String body) throws Exception {
    return call(method, path, HttpRequest.BodyPublishers.ofString(body));
  }

  private JsonNode call(String method, String path, HttpRequest.BodyPublisher body)
      throws Exception {
    HttpResponse<String> response =
        client.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(method + path + response.body()).isLessThan(300);
    return JSON.readTree(response.body());
  }

  private HttpRequest request(String method, String path, HttpRequest.BodyPublisher body) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", key)
        .header(
            "Content-Type",
            path.contains("/files/") ? "application/octet-stream" : "application/json")
        .header("Prefer", "wait=60")
        .method(method, body)
        .build();
  }
}
