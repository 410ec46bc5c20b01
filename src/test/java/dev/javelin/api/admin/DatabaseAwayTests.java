package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.JavelinApplication;
import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.catalog.InstanceRecords;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.OperationRecords;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.CuttableProxy;
import dev.javelin.fake.FakeHub;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.TaggedModels;
import dev.javelin.fake.TestKeys;
import dev.javelin.fake.TestPostgres;
import dev.javelin.service.ChangeEvent;
import dev.javelin.service.Events;
import dev.javelin.service.OperationView;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistrar;

/**
 * The connection to PostgreSQL breaks at the very moment an operation enters a stage: inference
 * goes on, management says what is wrong, and once the database is back the operation ends as if
 * nothing had been.
 */
@SpringBootTest(
    classes = {
      DatabaseAwayTests.Outside.class,
      JavelinApplication.class,
      TaggedModels.Backend.class
    },
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "javelin.model=none",
      "javelin.data-dir=target/test-data-away",
      "spring.datasource.hikari.connection-timeout=1000",
      "javelin.serving.hub-allow-private=true",
      "javelin.serving.hub-retry-pause=1ms",
      "spring.main.allow-bean-definition-overriding=true"
    })
@DirtiesContext // Without its database it would go on complaining.
class DatabaseAwayTests {
  private static final Path STORE = Path.of("target/test-data-away/store").toAbsolutePath();

  /** What is outside of the server; it comes before the server and goes after it. */
  @TestConfiguration(proxyBeanMethods = false)
  static class Outside {
    @Bean
    EmbeddedPostgres postgres() throws IOException {
      return TestPostgres.start();
    }

    @Bean
    CuttableProxy way(EmbeddedPostgres postgres) throws IOException {
      return new CuttableProxy(postgres.getPort());
    }

    @Bean
    FakeHub hub() throws IOException {
      return new FakeHub();
    }

    @Bean
    DynamicPropertyRegistrar addresses(EmbeddedPostgres postgres, CuttableProxy way, FakeHub hub) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      return registry -> {
        registry.add(
            "spring.datasource.url",
            () -> url.replace(":" + postgres.getPort() + "/", ":" + way.port() + "/"));
        registry.add("javelin.serving.hub-url", hub::url);
      };
    }
  }

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired Events events;
  @Autowired OperationRecords operations;
  @Autowired InstanceRecords instances;
  @Autowired FakePlanner planner;
  @Autowired CuttableProxy way;
  @Autowired FakeHub hub;

  private ApiClient api = new ApiClient(0, "");
  private String model = "";

  @AfterEach
  void restore() {
    way.restore();
    while (api.get("/api/v1/models").status() != 200) {
      Thread.onSpinWait();
    }
  }

  @BeforeEach
  void connect() throws IOException {
    api = new ApiClient(port, keys.with(Role.ADMIN));
    model = "m" + System.nanoTime();
    planner.availableBytes = 10_000 * FakePlanner.MEGABYTE;
    planner.totalBytes = 10_000 * FakePlanner.MEGABYTE;
    Files.createDirectories(STORE);
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    api.put("/api/v1/models/" + model + "/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/" + model + "/decoding-profiles/default", "{}").is(201);
    api.succeeded(register("one"));
    api.succeeded(register("two"));
    api.put("/api/v1/aliases/" + model, target(1)).is(201);
    api.succeeded(load(model));
    // Who never called before has to be looked up first.
    assertThat(answer(model)).isEqualTo("one");
  }

  @ParameterizedTest
  @CsvSource({
    "load, weights",
    "swap, switch",
    "pull, downloading",
    "digest, digest",
    "upload, registering"
  })
  void whatBreaksInAStageEndsWellOnceItIsBack(String kind, String stage) throws Exception {
    breaks(kind, stage, Duration.ZERO);
  }

  @ParameterizedTest
  @Tag("soak")
  @CsvSource({
    "load, queued",
    "load, waiting",
    "load, fit-check",
    "load, weights",
    "load, warm-up",
    "swap, queued",
    "swap, waiting",
    "swap, fit-check",
    "swap, weights",
    "swap, warm-up",
    "swap, switch",
    "swap, drain",
    "pull, queued",
    "pull, listing",
    "pull, downloading",
    "pull, verifying",
    "pull, registering",
    "digest, queued",
    "digest, digest",
    "upload, queued",
    "upload, verifying",
    "upload, registering"
  })
  void whatBreaksForTenSecondsInAStageEndsWell(String kind, String stage) throws Exception {
    breaks(kind, stage, Duration.ofSeconds(10));
  }

  private void breaks(String kind, String stage, Duration away) throws Exception {
    api.put("/api/v1/aliases/" + model + "-other", target(2)).is(201);
    CountDownLatch reached = new CountDownLatch(1);
    var watch =
        events
            .after(null)
            .subscribe(
                event -> {
                  if (reached.getCount() > 0 && is(event, kind, stage)) {
                    way.cut();
                    reached.countDown();
                  }
                });
    Answer begun = begin(kind).is(202);
    assertThat(reached.await(5, TimeUnit.MINUTES)).isTrue();
    watch.dispose();
    long until = System.nanoTime() + away.toNanos();
    do {
      assertThat(answer(model)).isIn("one", "two");
      assertThat(api.get("/readyz").is(200).text("/status")).isEqualTo("degraded");
      api.get("/api/v1/models").isProblem(503, "unavailable");
    } while (System.nanoTime() < until);
    way.restore();
    while (api.get("/api/v1/models").status() != 200) {
      Thread.onSpinWait();
    }
    Answer ended = api.ended(begun);
    assertThat(ended.text("/state")).as(ended.response().body()).isEqualTo("SUCCEEDED");
    consistent(UUID.fromString(ended.text("/id")));
    boolean adds = !kind.equals("load") && !kind.equals("swap");
    assertThat(api.get("/api/v1/models/" + model + "/versions").json().path("items"))
        .hasSize(adds ? 3 : 2);
    assertThat(answer(model)).isEqualTo(kind.equals("swap") ? "two" : "one");
  }

  private static boolean is(ChangeEvent event, String kind, String stage) {
    return event.data() instanceof OperationView operation
        && operation.kind().equals(kind)
        && operation.stage().startsWith(stage);
  }

  private Answer begin(String kind) throws IOException {
    return switch (kind) {
      case "load" -> load(model + "-other");
      case "swap" ->
          api.post("/api/v1/swaps", "{\"alias\":\"%s\",\"to\":{\"version\":2}}".formatted(model));
      case "pull" -> {
        hub.files.put(model + ".gguf", "pulled".repeat(10_000).getBytes(StandardCharsets.UTF_8));
        yield api.post(
            "/api/v1/models/" + model + "/versions",
            "{\"hub\":\"hf:owner/name:%s.gguf\"}".formatted(model));
      }
      case "upload" -> {
        byte[] bytes = "sent".getBytes(StandardCharsets.UTF_8);
        String upload =
            api.post(
                    "/api/v1/uploads",
                    "{\"model\":\"%s\",\"files\":[{\"name\":\"a.gguf\",\"sizeBytes\":%d}]}"
                        .formatted(model, bytes.length))
                .is(201)
                .header("Location");
        api.send("PUT", upload + "/files/a.gguf", bytes).is(200);
        yield api.post(upload + "/complete", "");
      }
      default -> register("three");
    };
  }

  /** What the database says is in memory; empty while not all of it is ready. */
  private List<UUID> ready() {
    List<InstanceRecord> live = instances.live();
    return live.stream().allMatch(row -> row.state() == InstanceRecord.State.READY)
        ? live.stream().map(InstanceRecord::id).toList()
        : List.of();
  }

  /** The database says what is in memory, and nothing is left over. */
  private void consistent(UUID id) throws IOException {
    while (operations.find(id).orElseThrow().state() != OperationRecord.State.SUCCEEDED) {
      Thread.onSpinWait();
    }
    List<UUID> inMemory =
        Stream.of(api.get("/api/v1/instances").json().path("items").toString())
            .flatMap(
                text -> UUIDS.matcher(text).results().map(found -> UUID.fromString(found.group(1))))
            .toList();
    // Rows follow what is in memory.
    while (!ready().equals(inMemory)) {
      Thread.onSpinWait();
    }
    assertThat(api.get("/api/v1/memory").json().at("/0/owners").size()).isEqualTo(inMemory.size());
    for (var version : api.get("/api/v1/models/" + model + "/versions").json().path("items")) {
      while (api.get(
              "/api/v1/models/%s/versions/%d".formatted(model, version.path("number").intValue()))
          .text("/sha256")
          .isEmpty()) {
        Thread.onSpinWait();
      }
    }
    try (Stream<Path> files = Files.walk(STORE)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".part"));
    }
  }

  private static final java.util.regex.Pattern UUIDS =
      java.util.regex.Pattern.compile("\\{\"id\":\"([0-9a-f-]{36})\",\"node\"");

  @Test
  void whoIsNotKnownYetHearsThatTheDatabaseIsAway() {
    String fresh = keys.inference();
    way.cut();
    Answer refused = ask(new ApiClient(port, fresh), model).is(503);
    assertThat(refused.text("/error/code")).isEqualTo("database_unavailable");
  }

  @Test
  void readinessNamesTheDatabaseAndStaysWhileAModelAnswers() {
    awaitReady();
    way.cut();
    Answer degraded = api.get("/readyz").is(200);
    assertThat(degraded.text("/status")).isEqualTo("degraded");
    assertThat(degraded.text("/reason")).contains("database", "inference goes on");
    way.restore();
    awaitReady();
    for (var instance : api.get("/api/v1/instances").is(200).json().path("items")) {
      String id = instance.path("id").stringValue();
      api.succeeded(api.delete("/api/v1/instances/" + id + "?force=true"));
    }
    api.get("/readyz").is(200);
    way.cut();
    Answer refused = api.get("/readyz").is(503);
    assertThat(refused.text("/status")).isEqualTo("not ready");
    assertThat(refused.text("/reason")).contains("database", "no model");
  }

  private void awaitReady() {
    Answer probe = api.get("/readyz").is(200);
    while (!probe.text("/status").equals("ready")) {
      probe = api.get("/readyz").is(200);
    }
    assertThat(probe.json()).hasToString("{\"status\":\"ready\"}");
  }

  private Answer register(String content) throws IOException {
    Path file = Files.writeString(STORE.resolve(model + content + ".gguf"), content);
    return api.post("/api/v1/models/" + model + "/versions", "{\"path\":\"%s\"}".formatted(file));
  }

  private String target(int version) {
    return "{\"model\":\"%s\",\"version\":%d,\"loadProfile\":\"default\",\"decodingProfile\":\"default\"}"
        .formatted(model, version);
  }

  private Answer load(String alias) {
    return api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(alias));
  }

  /** The first word, which says which version answers. */
  private String answer(String alias) {
    return ask(api, alias).is(200).text("/choices/0/message/content").split(" ")[0];
  }

  private static Answer ask(ApiClient client, String alias) {
    return client.post(
        "/v1/chat/completions",
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            .formatted(alias));
  }
}
