package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@ServerTest
class ManagementApiTests {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Path STORE = Path.of("target/test-data/store").toAbsolutePath();

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired FakePlanner planner;
  @Autowired TestKeys keys;
  private ApiClient api = new ApiClient(0, "");
  private String model = "";

  @BeforeEach
  void connect() throws IOException {
    api = new ApiClient(port, keys.with(Role.ADMIN));
    model = "m" + COUNT.incrementAndGet() + "-" + System.nanoTime();
    opener.engine.says(FinishReason.STOP, "ok");
    planner.availableBytes = 1000 * FakePlanner.MEGABYTE;
    Files.createDirectories(STORE);
  }

  /** Other tests share this server, and expect one model of it. */
  @AfterEach
  void tidy() {
    api.delete("/api/v1/aliases/" + model, "If-Match", "*");
  }

  @Test
  void registersChecksLoadsServesSwapsAndRollsBack() throws IOException {
    registered(file("one"));
    registered(file("two"));
    assertThat(api.get("/api/v1/models/" + model + "/versions").json().at("/items")).hasSize(2);
    Answer version = api.get("/api/v1/models/" + model + "/versions/1");
    assertThat(version.text("/sha256"))
        .isEqualTo("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
    profiles();
    Answer fit =
        api.post(
                "/api/v1/fit-checks",
                "{\"model\":\"%s\",\"version\":1,\"loadProfile\":\"default\"}".formatted(model))
            .is(200);
    assertThat(fit.json().path("fits").booleanValue()).isTrue();
    assertThat(fit.json().at("/parts/weights").longValue()).isEqualTo(100 * FakePlanner.MEGABYTE);
    api.put("/api/v1/aliases/" + model, target(1)).is(201);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(model)));
    chat().is(200);
    String swap = "{\"alias\":\"%s\",\"to\":{\"version\":2},\"drain\":\"PT5S\"}".formatted(model);
    api.succeeded(api.post("/api/v1/swaps", swap));
    Answer alias = api.get("/api/v1/aliases/" + model);
    assertThat(alias.json().path("version").intValue()).isEqualTo(2);
    assertThat(api.get("/api/v1/instances").response().body())
        .contains("\"model\":\"%s\",\"version\":2".formatted(model))
        .doesNotContain("\"model\":\"%s\",\"version\":1".formatted(model));
    chat().is(200);
    Answer back =
        api.post("/api/v1/aliases/" + model + "/rollback", "", "If-Match", alias.header("ETag"));
    assertThat(back.is(200).json().path("version").intValue()).isEqualTo(1);
    assertThat(api.get("/api/v1/aliases/" + model + "/history").json().at("/items")).hasSize(3);
    Answer loading = chat().is(503);
    assertThat(loading.header("Retry-After")).isNotEmpty();
    assertThat(loading.text("/loading/stage")).isNotEmpty();
  }

  @Test
  void aDecodingProfileAppliesFromTheNextRequestOn() throws Exception {
    registered(file("one"));
    profiles();
    api.put("/api/v1/aliases/" + model, target(1)).is(201);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(model)));
    opener.engine.requests.clear();
    chat().is(200);
    assertThat(opener.engine.requests.take().sampling().temperature()).isEqualTo(0.25f);
    String path = "/api/v1/models/" + model + "/decoding-profiles/default";
    String tag = api.get(path).header("ETag");
    api.put(
            path,
            """
            {"sampling":{"temperature":0.5,"stop":["END"]},"systemPrompt":"Be brief.",
             "maxTokensCap":7,"allowedFields":["temperature","max_tokens"]}
            """,
            "If-Match",
            tag)
        .is(200);
    chat().is(200);
    var request = opener.engine.requests.take();
    assertThat(request.sampling().temperature()).isEqualTo(0.5f);
    assertThat(request.sampling().stop()).containsExactly("END");
    assertThat(request.sampling().maxTokens()).isEqualTo(7);
    assertThat(request.promptTokenIds())
        .isEqualTo("system: Be brief.\nuser: hi\nassistant: ".chars().toArray());
    assertThat(chat(",\"top_p\":0.5").is(400).text("/error/param")).isEqualTo("top_p");
    assertThat(chat(",\"max_tokens\":8").is(400).text("/error/param")).isEqualTo("max_tokens");
    Answer effective = api.get("/api/v1/aliases/" + model + "/effective").is(200);
    assertThat(effective.json().at("/sampling/temperature").floatValue()).isEqualTo(0.5f);
    assertThat(effective.text("/origins/temperature")).isEqualTo("PROFILE");
    assertThat(effective.text("/origins/top_k")).isEqualTo("CHECKPOINT");
    api.put(path, "{\"sampling\":{\"temperature\":3}}", "If-Match", "*")
        .isProblem(400, "invalid-request");
  }

  @Test
  void aLoadProfilesChangeNeedsAReload() throws IOException {
    registered(file("one"));
    profiles();
    api.put("/api/v1/aliases/" + model, target(1)).is(201);
    api.succeeded(api.post("/api/v1/instances", "{\"alias\":\"%s\"}".formatted(model)));
    String path = "/api/v1/models/" + model + "/load-profiles/default";
    Answer changed =
        api.put(path, "{\"contextLength\":128}", "If-Match", api.get(path).header("ETag"));
    assertThat(changed.is(200).text("/applies")).isEqualTo("needs-reload");
    Answer effective = api.get("/api/v1/aliases/" + model + "/effective");
    assertThat(effective.json().path("needsReload").booleanValue()).isTrue();
    chat().is(200);
  }

  @Test
  void changesSayWhichStateTheyMean() {
    String path = "/api/v1/models/" + model;
    Answer made =
        api.post("/api/v1/models", "{\"name\":\"%s\",\"description\":\"a\"}".formatted(model));
    assertThat(made.is(201).header("Location")).isEqualTo(path);
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model))
        .isProblem(409, "already-exists");
    String tag = made.header("ETag");
    assertThat(tag).matches("\"[^\"]+\"");
    String change = "{\"description\":\"b\"}";
    api.put(path, change).isProblem(428, "precondition-required");
    Answer changed = api.put(path, change, "If-Match", tag).is(200);
    assertThat(changed.header("ETag")).isNotEqualTo(tag);
    api.put(path, change, "If-Match", tag).isProblem(412, "precondition-failed");
    api.put(path, change, "If-Match", "W/" + changed.header("ETag"))
        .isProblem(412, "precondition-failed");
    api.delete(path).isProblem(428, "precondition-required");
    api.delete(path, "If-Match", changed.header("ETag")).is(204);
    api.get(path).isProblem(404, "not-found");
  }

  @Test
  void problemsPointAtTheField() {
    Answer unknown = api.post("/api/v1/models", "{\"name\":\"a\",\"nmae\":1}");
    assertThat(unknown.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/nmae");
    Answer bad = api.post("/api/v1/models", "{\"name\":\"../a\"}");
    assertThat(bad.isProblem(400, "invalid-request").text("/errors/0/pointer")).isEqualTo("/name");
    Answer type = api.post("/api/v1/fit-checks", "{\"model\":\"a\",\"version\":\"x\"}");
    assertThat(type.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/version");
    String profile = "/api/v1/models/house/load-profiles/default";
    Answer number = api.put(profile, "{\"prefixCache\":84}", "If-Match", "*");
    assertThat(number.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/prefixCache");
    Answer index = api.put(profile, "{\"kvDType\":1}", "If-Match", "*");
    assertThat(index.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/kvDType");
    api.post("/api/v1/models", "{").isProblem(400, "invalid-request");
    api.post("/api/v1/models", "").isProblem(400, "invalid-request");
    api.get("/api/v1/nothing").isProblem(404, "not-found");
    api.get("/api/v1/operations?limit=0").isProblem(400, "invalid-request");
    api.get("/api/v1/operations/x").isProblem(400, "invalid-request");
    api.call("PATCH", "/api/v1/models", "{}").isProblem(405, "method-not-allowed");
  }

  @Test
  void whatDoesNotFitIsRefusedWithRemediesThatWork() throws IOException {
    registered(file("one"));
    profiles();
    planner.availableBytes = 170 * FakePlanner.MEGABYTE;
    String check =
        "{\"model\":\"%s\",\"version\":1,\"settings\":{\"tokenBudget\":512}}".formatted(model);
    Answer fit = api.post("/api/v1/fit-checks", check).is(200);
    assertThat(fit.json().path("fits").booleanValue()).isFalse();
    Answer load =
        api.ended(
            api.post("/api/v1/instances", "{\"model\":\"%s\",\"version\":1}".formatted(model)));
    assertThat(load.text("/state")).isEqualTo("FAILED");
    assertThat(load.text("/problem/type")).isEqualTo("urn:javelin:problem:insufficient-memory");
    assertThat(load.json().at("/problem/requiredBytes").longValue())
        .isGreaterThan(load.json().at("/problem/freeBytes").longValue());
    var remedy = load.json().at("/problem/remedies/0");
    assertThat(remedy.path("kind").stringValue()).isEqualTo("smaller-steps");
    String path = remedy.path("path").stringValue();
    api.call(
            remedy.path("method").stringValue(),
            path,
            remedy.path("body").toString(),
            "If-Match",
            api.get(path).header("ETag"))
        .is(200);
    api.succeeded(
        api.post("/api/v1/instances", "{\"model\":\"%s\",\"version\":1}".formatted(model)));
  }

  @Test
  void aRepeatedCallWithTheSameKeyIsDoneOnce() {
    String body = "{\"name\":\"%s\"}".formatted(model);
    Answer first = api.post("/api/v1/models", body, "Idempotency-Key", model);
    Answer again = api.post("/api/v1/models", body, "Idempotency-Key", model);
    assertThat(again.is(201).response().body()).isEqualTo(first.is(201).response().body());
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
    assertThat(again.header("Idempotent-Replay")).isEqualTo("true");
    api.post("/api/v1/models", "{\"name\":\"other\"}", "Idempotency-Key", model)
        .isProblem(422, "key-reused");
    api.post("/api/v1/models", body, "Idempotency-Key", model + "-2")
        .isProblem(409, "already-exists");
    api.post("/api/v1/models", body, "Idempotency-Key", model + "-2")
        .isProblem(409, "already-exists");
  }

  @Test
  void anExportReadsBackWithoutChange() throws IOException {
    registered(file("one"));
    profiles();
    api.put("/api/v1/aliases/" + model, target(1)).is(201);
    String document = api.get("/api/v1/config/export").is(200).response().body();
    Answer same = api.post("/api/v1/config/import?dryRun=true", document).is(200);
    assertThat(same.json().findValues("action"))
        .isNotEmpty()
        .allSatisfy(action -> assertThat(action.stringValue()).isEqualTo("UNCHANGED"));
    String other =
        document.replace(
            "\"name\":\"%s\",\"description\":\"\"".formatted(model),
            "\"name\":\"%s\",\"description\":\"new\"".formatted(model));
    assertThat(api.post("/api/v1/config/import?dryRun=true", other).response().body())
        .contains("UPDATE");
    assertThat(api.get("/api/v1/models/" + model).text("/description")).isEmpty();
    api.post("/api/v1/config/import", other).is(200);
    assertThat(api.get("/api/v1/models/" + model).text("/description")).isEqualTo("new");
  }

  @Test
  void operationsArePagedNewestFirst() throws IOException {
    registered(file("one"));
    registered(file("two"));
    Answer first = api.get("/api/v1/operations?limit=1").is(200);
    Answer second = api.get("/api/v1/operations?limit=1&cursor=" + first.text("/next")).is(200);
    assertThat(first.text("/items/0/target")).isEqualTo(model + ":2");
    assertThat(second.text("/items/0/target")).isEqualTo(model + ":1");
    api.post("/api/v1/operations/" + first.text("/items/0/id") + "/cancel", "")
        .isProblem(409, "conflict");
  }

  private void registered(Path file) {
    if (api.get("/api/v1/models/" + model).status() == 404) {
      api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    }
    api.succeeded(
        api.post("/api/v1/models/" + model + "/versions", "{\"path\":\"%s\"}".formatted(file)));
  }

  private void profiles() {
    api.put("/api/v1/models/" + model + "/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/" + model + "/decoding-profiles/default", "{}").is(201);
  }

  private String target(int version) {
    return """
        {"model":"%s","version":%d,"loadProfile":"default","decodingProfile":"default"}
        """
        .formatted(model, version);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(STORE.resolve(model + "-" + content + ".gguf"), content);
  }

  private Answer chat() {
    return chat("");
  }

  private Answer chat(String more) {
    return api.post(
        "/v1/chat/completions",
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
            .formatted(model, more));
  }
}
