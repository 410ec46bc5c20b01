package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.TaggedModels;
import dev.javelin.fake.TaggedServerTest;
import dev.javelin.fake.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Loads and swaps that are cancelled, fail late or have to wait leave things as they were. */
@TaggedServerTest
class LoadsApiTests {
  private static final Path STORE = Path.of(TaggedServerTest.DATA, "store").toAbsolutePath();

  @LocalServerPort int port;
  @Autowired TaggedModels engines;
  @Autowired FakePlanner planner;
  @Autowired TestKeys keys;
  private ApiClient api = new ApiClient(0, "");
  private String model = "";

  /** Engines of the model that are there and stay. */
  private int open;

  @BeforeEach
  void connect() throws IOException {
    api = new ApiClient(port, keys.with(Role.ADMIN));
    model = "l" + System.nanoTime();
    planner.availableBytes = 10_000 * FakePlanner.MEGABYTE;
    planner.totalBytes = 10_000 * FakePlanner.MEGABYTE;
    engines.slow = new CountDownLatch(1);
    Files.createDirectories(STORE);
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    api.put("/api/v1/models/" + model + "/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/" + model + "/decoding-profiles/default", "{}").is(201);
  }

  @AfterEach
  void letGo() {
    engines.slow.countDown();
  }

  @Test
  void aCancelledLoadLeavesNothing() throws IOException {
    version("slow");
    String load = load(1);
    awaitStage(load, "weights");
    assertThat(label(1)).isIn(owners());
    while (api.get(load).json().path("progress").isNull()) {
      Thread.onSpinWait();
    }
    Answer half = api.get(load).is(200);
    assertThat(half.json().path("progress").doubleValue()).isEqualTo(0.5);
    assertThat(half.json().path("etaSeconds").isNumber()).isTrue();
    api.post(load + "/cancel", "").is(202);
    engines.slow.countDown();
    assertThat(api.ended(load).text("/state")).isEqualTo("CANCELLED");
    leftNothing(1);
  }

  @Test
  void whoAsksAModelThatLoadsHearsHowFarItIs() throws IOException {
    version("slow");
    alias(1);
    String load = load(1);
    while (api.get(load).json().path("progress").isNull()) {
      Thread.onSpinWait();
    }
    Answer told =
        api.post(
                "/v1/chat/completions",
                "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                    .formatted(model))
            .is(503);
    assertThat(told.text("/loading/stage")).isEqualTo("weights");
    assertThat(told.json().at("/loading/progress").doubleValue()).isEqualTo(0.5);
    assertThat(told.header("Retry-After")).isNotEmpty();
  }

  @Test
  void aCancelledSwapLeavesTheOldOneServing() throws IOException {
    version("one");
    version("slow");
    alias(1);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(model)));
    open = engines.open(model);
    String swap = swap(2);
    awaitStage(swap, "weights");
    api.post(swap + "/cancel", "").is(202);
    engines.slow.countDown();
    assertThat(api.ended(swap).text("/state")).isEqualTo("CANCELLED");
    leftNothing(2);
    assertThat(api.get("/api/v1/aliases/" + model).json().path("version").intValue()).isEqualTo(1);
    assertThat(chat()).startsWith("one ");
  }

  @Test
  void aSwapWhoseWarmUpFailsLeavesTheOldOneServing() throws IOException {
    version("one");
    version("cold");
    alias(1);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(model)));
    open = engines.open(model);
    Answer failed = api.ended(swap(2));
    assertThat(failed.text("/state")).isEqualTo("FAILED");
    assertThat(failed.text("/stage")).isEqualTo("warm-up");
    assertThat(failed.json().path("log").toString()).contains("the warm-up failed");
    leftNothing(2);
    assertThat(api.get("/api/v1/aliases/" + model + "/history").json().at("/items")).hasSize(1);
    assertThat(chat()).startsWith("one ");
  }

  @Test
  void aDeviceTakesTwoLoadsAtOnceAndTheThirdCanBeCancelledWhileItWaits() throws IOException {
    List<String> loads = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      version("slow-" + i);
      loads.add(load(i));
      awaitStage(loads.getLast(), i < 3 ? "weights" : "waiting");
    }
    JsonNode bulkheads = api.get("/api/v1/guards").is(200).json().path("bulkheads");
    assertThat(bulkheads)
        .anySatisfy(
            bulkhead -> {
              assertThat(bulkhead.path("name").stringValue()).isEqualTo("loads-host");
              assertThat(bulkhead.path("most").intValue()).isEqualTo(2);
              assertThat(bulkhead.path("free").intValue()).isZero();
            });
    assertThat(api.get("/actuator/prometheus").response().body())
        .contains("resilience4j_bulkhead_available_concurrent_calls{name=\"loads-host\"} 0.0");
    api.post(loads.get(2) + "/cancel", "").is(202);
    assertThat(api.ended(loads.get(2)).text("/state")).isEqualTo("CANCELLED");
    leftNothing(3);
    engines.slow.countDown();
    for (String load : loads.subList(0, 2)) {
      assertThat(api.ended(load).text("/state")).isEqualTo("SUCCEEDED");
    }
  }

  @Test
  void whatLoadsIsInUseAndWhatWasUnloadedCanBeDeleted() throws IOException {
    Path file = version("slow");
    String load = load(1);
    awaitStage(load, "weights");
    String path = "/api/v1/models/" + model + "/versions/1";
    assertThat(api.delete(path).isProblem(409, "in-use").text("/detail")).contains("unload it");
    api.delete("/api/v1/models/" + model, "If-Match", "*").isProblem(409, "in-use");
    engines.slow.countDown();
    assertThat(api.ended(load).text("/state")).isEqualTo("SUCCEEDED");
    api.delete(path).isProblem(409, "in-use");
    api.succeeded(api.delete("/api/v1/instances/" + instance(1) + "?force=true"));
    api.delete(path).is(204);
    assertThat(file).as("registered by path").exists();
    api.get(path).isProblem(404, "not-found");
    Answer later =
        api.post("/api/v1/instances", "{\"model\":\"%s\",\"version\":1}".formatted(model));
    later.isProblem(404, "not-found");
  }

  /** Of what did not become ready: no instance, no engine, no memory. */
  private void leftNothing(int version) {
    assertThat(instance(version)).isEmpty();
    assertThat(label(version)).isNotIn(owners());
    assertThat(engines.open(model)).isEqualTo(open);
  }

  private String label(int version) {
    return "%s:%d/default".formatted(model, version);
  }

  private List<String> owners() {
    return api.get("/api/v1/memory").is(200).json().findValuesAsString("label");
  }

  private void awaitStage(String operation, String stage) {
    while (!api.get(operation).is(200).text("/stage").equals(stage)) {
      assertThat(api.get(operation).text("/state")).isIn("QUEUED", "RUNNING");
      Thread.onSpinWait();
    }
  }

  private Path version(String content) throws IOException {
    Path file = Files.writeString(STORE.resolve(model + "-" + content + ".gguf"), content);
    api.succeeded(
        api.post("/api/v1/models/" + model + "/versions", "{\"path\":\"%s\"}".formatted(file)));
    return file;
  }

  private void alias(int version) {
    api.put(
            "/api/v1/aliases/" + model,
            """
            {"model":"%s","version":%d,"loadProfile":"default","decodingProfile":"default"}
            """
                .formatted(model, version))
        .is(201);
  }

  private String load(int version) {
    return api.post(
            "/api/v1/instances", "{\"model\":\"%s\",\"version\":%d}".formatted(model, version))
        .is(202)
        .header("Location");
  }

  private String swap(int version) {
    return api.post(
            "/api/v1/swaps", "{\"alias\":\"%s\",\"to\":{\"version\":%d}}".formatted(model, version))
        .is(202)
        .header("Location");
  }

  private String instance(int version) {
    for (JsonNode instance : api.get("/api/v1/instances").json().path("items")) {
      if (instance.path("model").stringValue().equals(model)
          && instance.path("version").intValue() == version) {
        return instance.path("id").stringValue();
      }
    }
    return "";
  }

  private String chat() {
    return api.post(
            "/v1/chat/completions",
            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                .formatted(model))
        .is(200)
        .text("/choices/0/message/content");
  }
}
