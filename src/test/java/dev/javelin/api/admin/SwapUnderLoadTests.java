package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.TaggedModels;
import dev.javelin.fake.TaggedServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.service.Instances;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Swaps, failures and evictions over engines that say which version answers. */
@TaggedServerTest
class SwapUnderLoadTests {
  private static final Path STORE = Path.of(TaggedServerTest.DATA, "store").toAbsolutePath();
  private static final int CLIENTS = 16;

  @LocalServerPort int port;
  @Autowired TaggedModels engines;
  @Autowired FakePlanner planner;
  @Autowired TestKeys keys;
  @Autowired Instances breakers;
  private ApiClient api = new ApiClient(0, "");
  private String model = "";

  @BeforeEach
  void connect() throws IOException {
    api = new ApiClient(port, keys.with(Role.ADMIN));
    model = "m" + System.nanoTime();
    planner.availableBytes = 10_000 * FakePlanner.MEGABYTE;
    planner.totalBytes = 10_000 * FakePlanner.MEGABYTE;
    engines.late.set(0);
    Files.createDirectories(STORE);
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    api.put("/api/v1/models/" + model + "/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/" + model + "/decoding-profiles/default", "{}").is(201);
  }

  @Test
  void noRequestFailsOrMixesVersionsWhileSwapsRun() throws Exception {
    swapUnderClients(20, Duration.ZERO);
  }

  @Test
  @Tag("soak")
  void noRequestFailsOrMixesVersionsForTwoMinutes() throws Exception {
    swapUnderClients(60, Duration.ofSeconds(2));
  }

  private void swapUnderClients(int swaps, Duration pause) throws Exception {
    version("one");
    version("two");
    alias(model, 1, "");
    load(model);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!stop.get()) {
                      Answer answer = chat(model);
                      String text = answer.text("/choices/0/message/content");
                      if (answer.status() != 200
                          || !(text.equals("one ".repeat(TaggedModels.PIECES))
                              || text.equals("two ".repeat(TaggedModels.PIECES)))) {
                        wrong.add(answer.response().body());
                      }
                      answered.incrementAndGet();
                    }
                  }));
    }
    for (int i = 0; i < swaps; i++) {
      swap(2 - i % 2, "LOAD_THEN_SWITCH");
      int seen = answered.get();
      while (answered.get() < seen + CLIENTS) {
        Thread.onSpinWait();
      }
      Thread.sleep(pause);
    }
    stop.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(engines.late).hasValue(0);
    assertThat(engines.mostOpen(model)).as("versions in memory at once").isEqualTo(2);
    assertThat(answered.get()).isGreaterThanOrEqualTo(swaps * CLIENTS);
  }

  @Test
  void aSwapThatFailsLeavesTheOldOneServing() throws IOException {
    version("one");
    version("broken");
    alias(model, 1, "");
    load(model);
    Answer failed = api.ended(swapCall(2, "LOAD_THEN_SWITCH"));
    assertThat(failed.text("/state")).isEqualTo("FAILED");
    assertThat(failed.text("/problem/detail")).contains("tensor 'a'");
    assertThat(failed.json().path("log")).isNotEmpty();
    assertThat(chat(model).is(200).text("/choices/0/message/content")).startsWith("one ");
    assertThat(api.get("/api/v1/aliases/" + model).json().path("version").intValue()).isEqualTo(1);
    Answer first = api.ended(swapCall(2, "DRAIN_THEN_LOAD"));
    assertThat(first.text("/state")).isEqualTo("FAILED");
    Answer again = chat(model, "Prefer", "wait=60");
    assertThat(again.is(200).text("/choices/0/message/content")).startsWith("one ");
  }

  @Test
  void withoutMemoryForBothTheOldOneLeavesFirst() throws IOException {
    version("one");
    version("two");
    alias(model, 1, "");
    load(model);
    planner.availableBytes = 90 * FakePlanner.MEGABYTE;
    String plan = "{\"alias\":\"%s\",\"to\":{\"version\":2}}".formatted(model);
    Answer planned = api.post("/api/v1/swaps/plan", plan).is(200);
    assertThat(planned.text("/strategy")).isEqualTo("DRAIN_THEN_LOAD");
    assertThat(planned.json().path("fitsBeside").booleanValue()).isFalse();
    api.post("/api/v1/swaps", plan.replace("}}", "},\"strategy\":\"LOAD_THEN_SWITCH\"}"))
        .isProblem(409, "insufficient-memory");
  }

  @Test
  void aRequestThatWaitsGetsItsAnswerOnceTheModelIsThere() throws IOException {
    version("one");
    alias(model, 1, "");
    assertThat(chat(model, "Prefer", "wait=60").is(200).text("/choices/0/message/content"))
        .startsWith("one ");
  }

  @Test
  void idleModelsLeaveAndPinnedOnesStay() throws IOException {
    version("one");
    version("two");
    alias(model, 1, ",\"idleSeconds\":1");
    alias(model + "-pinned", 2, ",\"idleSeconds\":1,\"pinned\":true");
    load(model);
    load(model + "-pinned");
    while (state(1).equals("READY")) {
      Thread.onSpinWait();
    }
    assertThat(state(2)).isEqualTo("READY");
  }

  @Test
  void whatARequestNeedsPushesOutWhatIsIdleButNotWhatIsPinned() throws IOException {
    version("one");
    version("two");
    version("three");
    alias(model + "-pinned", 1, ",\"pinned\":true");
    alias(model + "-idle", 2, "");
    alias(model, 3, "");
    load(model + "-pinned");
    load(model + "-idle");
    leaveTooLittleBeside("");
    assertThat(chat(model, "Prefer", "wait=60").is(200).text("/choices/0/message/content"))
        .startsWith("three ");
    assertThat(state(1)).isEqualTo("READY");
  }

  @Test
  void aModelThatLoadsSaysHowFarItIsAndIsNotPushedOut() throws IOException {
    version("slow");
    version("two");
    alias(model + "-slow", 1, "");
    alias(model, 2, "");
    engines.slow = new CountDownLatch(1);
    Answer loading = api.post("/api/v1/instances", "{\"alias\":\"%s-slow\"}".formatted(model));
    Answer told = chat(model + "-slow");
    while (told.is(503).text("/loading/stage").matches("queued|waiting|fit-check")) {
      told = chat(model + "-slow");
    }
    assertThat(told.text("/loading/stage")).isEqualTo("weights");
    assertThat(told.header("Retry-After")).isNotEmpty();
    leaveTooLittleBeside(model); // what other tests left could leave
    assertThat(chat(model, "Prefer", "wait=60").is(503).text("/error/message"))
        .contains("could not be loaded", "free");
    engines.slow.countDown();
    api.succeeded(loading);
    assertThat(state(1)).isEqualTo("READY");
  }

  @Test
  void aRequestDoesNotLoadWhatOnlyAPersonMay() throws IOException {
    version("one");
    alias(model, 1, ",\"loading\":\"MANUAL\"");
    assertThat(chat(model, "Prefer", "wait=60").is(503).text("/error/message"))
        .contains("an operator has to load it");
    assertThat(state(1)).isEmpty();
    load(model);
    chat(model).is(200);
  }

  @Test
  void anInstanceThatKeepsFailingIsNotCalled() throws IOException {
    version("fails");
    alias(model, 1, "");
    load(model);
    for (int i = 0; i < 3; i++) {
      chat(model).is(500);
    }
    Answer refused = chat(model).is(503);
    assertThat(refused.text("/error/message")).contains("failed repeatedly");
    assertThat(api.get("/api/v1/instances").response().body()).contains("\"circuit\":\"OPEN\"");
    String breaker = "instance-" + instance(1);
    assertThat(api.get("/actuator/prometheus").response().body())
        .contains(
            "resilience4j_circuitbreaker_state{name=\"%s\",state=\"open\"} 1.0".formatted(breaker));
    Answer guards = api.get("/api/v1/guards").is(200);
    assertThat(guards.json().path("circuits"))
        .anySatisfy(
            circuit -> {
              assertThat(circuit.path("name").stringValue()).isEqualTo(breaker);
              assertThat(circuit.path("state").stringValue()).isEqualTo("OPEN");
              assertThat(circuit.path("failed").intValue()).isEqualTo(3);
              assertThat(circuit.path("refused").intValue()).isEqualTo(1);
            });
    assertThat(guards.json().at("/circuits").findValuesAsString("name"))
        .contains("hub-files", "hub-listings");
    assertThat(guards.json().path("bulkheads"))
        .anySatisfy(
            bulkhead -> {
              assertThat(bulkhead.path("name").stringValue()).startsWith("loads-");
              assertThat(bulkhead.path("free").intValue()).isEqualTo(2);
            });
  }

  @Test
  void aDrainThatTakesTooLongEndsWhatRunsWithAClearFinish() throws Exception {
    version("endless");
    alias(model, 1, "");
    load(model);
    String id = instance(1);
    CompletableFuture<Answer> whole =
        CompletableFuture.supplyAsync(() -> chat(model), task -> Thread.ofVirtual().start(task));
    CompletableFuture<Answer> stream =
        CompletableFuture.supplyAsync(
            () ->
                api.post(
                    "/v1/chat/completions",
                    """
                    {"model":"%s","stream":true,"messages":[{"role":"user","content":"hi"}]}
                    """
                        .formatted(model)),
            task -> Thread.ofVirtual().start(task));
    while (api.get("/api/v1/instances/" + id).json().path("requests").intValue() < 2) {
      Thread.onSpinWait();
    }
    api.succeeded(api.delete("/api/v1/instances/" + id + "?drain=PT0.1S"));
    assertThat(whole.join().is(409).text("/error/code")).isEqualTo("request_cancelled");
    assertThat(stream.join().is(200).response().body())
        .contains("endless", "\"code\":\"request_cancelled\"")
        .endsWith("data: [DONE]\n\n");
    assertThat(state(1)).isEmpty();
    assertThat(engines.late).hasValue(0);
    assertThat(api.get("/api/v1/instances/" + id).status()).isEqualTo(404);
  }

  /**
   * Short of one model beside those whose label begins so, with the reserve that is always kept.
   */
  private void leaveTooLittleBeside(String labels) {
    long reserved = 0;
    for (var owner : api.get("/api/v1/memory").json().at("/0/owners")) {
      for (String part : List.of("weight", "kvCache", "activation", "workspace")) {
        boolean counts = owner.path("label").stringValue().startsWith(labels);
        reserved += counts ? owner.path("need").path(part + "Bytes").longValue() : 0;
      }
    }
    planner.totalBytes = reserved + 70 * FakePlanner.MEGABYTE;
  }

  @Test
  void whatFailedRepeatedlyIsProbedOnceAndCalledAgain() throws IOException {
    version("fails");
    alias(model, 1, "");
    load(model);
    for (int i = 0; i < 3; i++) {
      chat(model).is(500);
    }
    assertThat(find(1, "circuit")).isEqualTo("OPEN");
    breakers.breakers().circuitBreaker("instance-" + instance(1)).transitionToHalfOpenState();
    assertThat(find(1, "circuit")).isEqualTo("HALF_OPEN");
    chat(model).is(500);
    assertThat(find(1, "circuit")).isEqualTo("OPEN");
    chat(model).is(503);
  }

  private void version(String content) throws IOException {
    Path file = Files.writeString(STORE.resolve(model + "-" + content + ".gguf"), content);
    api.succeeded(
        api.post("/api/v1/models/" + model + "/versions", "{\"path\":\"%s\"}".formatted(file)));
  }

  private void alias(String name, int version, String more) {
    api.put(
            "/api/v1/aliases/" + name,
            """
            {"model":"%s","version":%d,"loadProfile":"default","decodingProfile":"default"%s}
            """
                .formatted(model, version, more))
        .is(201);
  }

  private void load(String alias) {
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(alias)));
  }

  private void swap(int version, String strategy) {
    api.succeeded(swapCall(version, strategy));
  }

  private Answer swapCall(int version, String strategy) {
    return api.post(
        "/api/v1/swaps",
        """
        {"alias":"%s","to":{"version":%d},"strategy":"%s","drain":"PT20S"}
        """
            .formatted(model, version, strategy));
  }

  private String state(int version) {
    return find(version, "state");
  }

  private String instance(int version) {
    return find(version, "id");
  }

  private String find(int version, String field) {
    for (var instance : api.get("/api/v1/instances").json().path("items")) {
      if (instance.path("model").stringValue().equals(model)
          && instance.path("version").intValue() == version) {
        return instance.path(field).stringValue();
      }
    }
    return "";
  }

  private Answer chat(String alias, String... headers) {
    return api.post(
        "/v1/chat/completions",
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}".formatted(alias),
        headers);
  }
}
