package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.audit.AuditTrail;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Users, keys, quotas and the audit over HTTP. */
@ServerTest
@ExtendWith(OutputCaptureExtension.class)
class AccessApiTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CHAT =
      "{\"model\":\"pom.xml\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}";

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired FakeModelOpener opener;
  @Autowired AuditTrail trail;
  private final HttpClient client = HttpClient.newHttpClient();
  private String admin = "";

  @BeforeEach
  void ready() {
    admin = keys.with(Role.ADMIN);
    opener.engine.says(FinishReason.STOP, "Hel", "lo");
  }

  @Test
  void aUserIsMadeChangedAndRemovedAndEachStepIsInTheAudit() throws Exception {
    String name = name();
    JsonNode made = json(201, post("/api/v1/users", admin, user(name, "viewer")));
    String password = made.path("oneTimePassword").stringValue();
    assertThat(password).hasSize(20);
    assertThat(made.path("user").path("mustChangePassword").booleanValue()).isTrue();

    String basic = Base64.getEncoder().encodeToString((name + ":" + password).getBytes());
    HttpRequest me = request("/api/v1/me").header("Authorization", "Basic " + basic).build();
    assertThat(send(me).body()).contains("\"mustChangePassword\":true");

    ApiClient api = new ApiClient(port, admin);
    api.put("/api/v1/users/" + name, "{\"role\":\"operator\"}", "If-Match", "*").is(200);
    JsonNode row = latest();
    assertThat(row.path("action").stringValue()).isEqualTo("PUT /api/v1/users/{name}");
    assertThat(row.path("target").stringValue()).isEqualTo("/api/v1/users/" + name);
    assertThat(row.path("before").path("role").stringValue()).isEqualTo("viewer");
    assertThat(row.path("after").path("state").path("role").stringValue()).isEqualTo("operator");
    assertThat(row.path("actor").stringValue()).startsWith("key:");
    assertThat(row.path("requestId").stringValue()).startsWith("req-");

    api.delete("/api/v1/users/" + name, "If-Match", "*").is(204);
    assertThat(send(me).statusCode()).isEqualTo(401);
    assertThat(latest().path("after").path("status").intValue()).isEqualTo(204);
    json(404, get("/api/v1/users/" + name, admin));
  }

  @Test
  void whatAUserMayNotBeIsToldAsAProblem() throws Exception {
    String name = name();
    ApiClient api = new ApiClient(port, admin);
    Answer king = api.post("/api/v1/users", user(name, "king"));
    isAt("/role", king.isProblem(400, "invalid-request"));
    assertThat(king.text("/detail")).contains("viewer", "king");
    isAt(
        "/name",
        api.post("/api/v1/users", user("Not A Name", "viewer")).isProblem(400, "invalid-request"));
    String weak = "{\"name\":\"%s\",\"role\":\"viewer\",\"password\":\"short\"}".formatted(name);
    isAt("/password", api.post("/api/v1/users", weak).isProblem(400, "invalid-request"));
    api.post("/api/v1/users", user(name, "viewer")).is(201);
    isAt("/name", api.post("/api/v1/users", user(name, "viewer")).isProblem(409, "already-exists"));
  }

  private static void isAt(String pointer, Answer refused) {
    assertThat(refused.text("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(refused.text("/errors/0/detail")).isEqualTo(refused.text("/detail"));
  }

  @Test
  void aKeysSecretIsShownOnceAndWorks() throws Exception {
    JsonNode made =
        json(
            201,
            post(
                "/api/v1/api-keys",
                admin,
                "{\"name\":\"ci\",\"tenant\":\"team-a\",\"aliases\":[\"pom.xml\"],\"limits\":{\"requestsPerMinute\":5}}"));
    String secret = made.path("secret").stringValue();
    String id = made.path("key").path("id").stringValue();
    assertThat(made.path("key").path("tenant").stringValue()).isEqualTo("team-a");
    HttpResponse<String> chat = chat(secret, 8);
    assertThat(chat.statusCode()).isEqualTo(200);

    HttpResponse<String> shown = get("/api/v1/api-keys/" + id, admin);
    assertThat(json(200, shown).path("usage").path("requestsInMinute").intValue()).isOne();
    String tail = secret.substring(21);
    assertThat(shown.body()).doesNotContain(tail);
    assertThat(get("/api/v1/api-keys", admin).body()).contains(id).doesNotContain(tail);

    assertThat(send("DELETE", "/api/v1/api-keys/" + id, admin, null).statusCode()).isEqualTo(204);
    assertThat(chat(secret, 8).statusCode()).isEqualTo(401);
  }

  @Test
  void nobodyMakesAKeyThatMayMoreThanThey() throws Exception {
    String developer = keys.with(Role.DEVELOPER);
    keyRefused("/role", developer, "'role':'operator'");
    keyRefused("/role", developer, "'role':'king'");
    keyRefused("/tenant", developer, "'tenant':'other'");
    keyRefused("/expiresAt", developer, "'expiresAt':'2020-01-01T00:00:00Z'");
    json(201, post("/api/v1/api-keys", developer, "{\"name\":\"x\",\"role\":\"developer\"}"));
    String limited =
        keys.make(Optional.of(Role.DEVELOPER), Set.of(), new Limits(9L, null, null, null), null);
    json(400, post("/api/v1/api-keys", limited, "{\"name\":\"x\"}"));
    String narrow = keys.make(Optional.of(Role.DEVELOPER), Set.of("a"), Limits.NONE, null);
    keyRefused("/aliases", narrow, "'aliases':['b']");
    json(201, post("/api/v1/api-keys", narrow, "{\"name\":\"x\",\"aliases\":[\"a\"]}"));
  }

  /** With single quotes for double ones. */
  private void keyRefused(String pointer, String maker, String more) {
    String body = "{'name':'x',%s}".formatted(more).replace('\'', '"');
    isAt(
        pointer,
        new ApiClient(port, maker)
            .post("/api/v1/api-keys", body)
            .isProblem(400, "invalid-request"));
  }

  @Test
  void aFullQuotaIsNamedWithTheTimeToWait() throws Exception {
    String once = keys.make(Optional.empty(), Set.of(), new Limits(1L, null, null, null), null);
    assertThat(chat(once, 8).statusCode()).isEqualTo(200);
    HttpResponse<String> full = chat(once, 8);
    assertThat(full.statusCode()).isEqualTo(429);
    assertThat(full.body())
        .contains("\"type\":\"rate_limit_error\"", "requests_per_minute_exceeded");
    assertThat(Integer.parseInt(full.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 61);

    String few = keys.make(Optional.empty(), Set.of(), new Limits(null, 100L, null, null), null);
    assertThat(chat(few, 101).body()).contains("tokens_per_minute_exceeded", "max_tokens");
    assertThat(chat(few, 101).headers().firstValue("Retry-After")).isEmpty();
    // Of 70 asked for, 2 were used: without the correction the second would not fit.
    assertThat(chat(few, 50).statusCode()).isEqualTo(200);
    assertThat(chat(few, 50).statusCode()).isEqualTo(200);
  }

  @Test
  void aTenantsQuotaHoldsForAllItsKeys() throws Exception {
    String tenant = name();
    String body = "{\"name\":\"k\",\"tenant\":\"%s\"}".formatted(tenant);
    String first = json(201, post("/api/v1/api-keys", admin, body)).path("secret").stringValue();
    String second = json(201, post("/api/v1/api-keys", admin, body)).path("secret").stringValue();
    ApiClient api = new ApiClient(port, admin);
    api.put("/api/v1/quotas/" + tenant, "{\"requestsPerMinute\":1}").is(201);
    assertThat(chat(first, 8).statusCode()).isEqualTo(200);
    assertThat(chat(second, 8).body()).contains(tenant, "requests_per_minute_exceeded");
    assertThat(
            json(200, get("/api/v1/quotas/" + tenant, admin))
                .path("usage")
                .path("requestsInMinute")
                .intValue())
        .isOne();
    api.delete("/api/v1/quotas/" + tenant, "If-Match", "*").is(204);
    assertThat(chat(second, 8).statusCode()).isEqualTo(200);
  }

  @Test
  void aChangeOfAUserSaysWhichStateItMeans() {
    ApiClient api = new ApiClient(port, admin);
    String path = "/api/v1/users/" + name();
    String made = api.post("/api/v1/users", user(path.substring(14), "viewer")).header("ETag");
    assertThat(api.get(path).header("ETag")).isEqualTo(made);
    api.put(path, "{\"role\":\"operator\"}").isProblem(428, "precondition-required");
    String changed =
        api.put(path, "{\"role\":\"operator\"}", "If-Match", made).is(200).header("ETag");
    api.put(path, "{\"role\":\"admin\"}", "If-Match", made).isProblem(412, "precondition-failed");
    assertThat(api.get(path).text("/role")).isEqualTo("operator");
    api.delete(path).isProblem(428, "precondition-required");
    api.delete(path, "If-Match", made).isProblem(412, "precondition-failed");
    api.delete(path, "If-Match", changed).is(204);
    api.post("/api/v1/users", user(path.substring(14), "viewer")).is(201);
    api.delete(path, "If-Match", made).isProblem(412, "precondition-failed");
  }

  @Test
  void aChangeOfAQuotaSaysWhichStateItMeans() {
    ApiClient api = new ApiClient(port, admin);
    String path = "/api/v1/quotas/" + name();
    api.put(path, "{\"tokensPerDay\":1}", "If-Match", "*").isProblem(412, "precondition-failed");
    String made = api.put(path, "{\"tokensPerDay\":1}").is(201).header("ETag");
    assertThat(api.get(path).header("ETag")).isEqualTo(made);
    api.put(path, "{\"tokensPerDay\":2}").isProblem(428, "precondition-required");
    String changed = api.put(path, "{\"tokensPerDay\":2}", "If-Match", made).is(200).header("ETag");
    api.put(path, "{\"tokensPerDay\":3}", "If-Match", made).isProblem(412, "precondition-failed");
    api.delete(path).isProblem(428, "precondition-required");
    api.delete(path, "If-Match", changed).is(204);
    api.put(path, "{\"tokensPerDay\":9}").is(201);
    api.delete(path, "If-Match", made).isProblem(412, "precondition-failed");
    api.delete(path, "If-Match", "*").is(204);
    api.delete(path).isProblem(404, "not-found");
  }

  @Test
  void inferenceIsAuditedWithoutWhatWasSaid() throws Exception {
    String key = keys.inference();
    String said = "planted-" + UUID.randomUUID();
    HttpResponse<String> answer =
        send(
            request("/v1/chat/completions")
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CHAT.formatted(8, said)))
                .build());
    String id = json(200, answer).path("id").stringValue();
    JsonNode row = awaitRow(answer.headers().firstValue("X-Request-Id").orElseThrow());
    assertThat(row.path("after").path("id").stringValue()).isEqualTo(id);
    assertThat(row.path("action").stringValue()).isEqualTo("inference");
    assertThat(row.path("actor").stringValue()).isEqualTo("key:" + key.substring(4, 20));
    JsonNode after = row.path("after");
    assertThat(after.path("completionTokens").intValue()).isEqualTo(2);
    assertThat(after.path("finish").toString()).isEqualTo("[\"stop\"]");
    assertThat(after.path("version").stringValue()).isEqualTo("pom.xml:1");
    assertThat(after.path("loadProfile").stringValue()).isEqualTo("default");
    assertThat(after.path("decodingProfile").stringValue()).isEqualTo("default");
    assertThat(after.has("prompts") || after.has("answers")).isFalse();
    assertThat(after.path("sampling").path("maxTokens").intValue()).isEqualTo(8);
    assertThat(row.toString()).doesNotContain(said);
    assertThat(json(200, get("/api/v1/audit/verify", admin)).path("brokenAt").isNull()).isTrue();
  }

  @Test
  void theAuditIsReadPageByPage() throws Exception {
    for (int i = 0; i < 3; i++) {
      post("/api/v1/users", admin, user("Not A Name", "viewer"));
    }
    JsonNode first = json(200, get("/api/v1/audit?limit=2", admin));
    assertThat(first.path("items").size()).isEqualTo(2);
    long last = first.path("items").path(1).path("position").longValue();
    JsonNode second =
        json(200, get("/api/v1/audit?limit=1&cursor=" + first.path("next").stringValue(), admin));
    assertThat(second.path("items").path(0).path("position").longValue()).isEqualTo(last - 1);
    json(400, get("/api/v1/audit?limit=501", admin));
  }

  @Test
  void noSecretIsEverWrittenDown(CapturedOutput output) throws Exception {
    String password = "planted password " + UUID.randomUUID();
    String name = name();
    String body =
        "{\"name\":\"%s\",\"role\":\"viewer\",\"password\":\"%s\"}".formatted(name, password);
    StringBuilder answers = new StringBuilder();
    answers.append(post("/api/v1/users", admin, body).body());
    answers.append(post("/api/v1/users", admin, body).body());
    answers.append(post("/api/v1/users", admin, body + "}").body());
    answers.append(post("/api/v1/users", admin, body.replace("viewer", "king")).body());
    JsonNode made = json(201, post("/api/v1/users", admin, user(name(), "viewer")));
    String oneTime = made.path("oneTimePassword").stringValue();
    JsonNode key = json(201, post("/api/v1/api-keys", admin, "{\"name\":\"planted\"}"));
    String secret = key.path("secret").stringValue();
    answers.append(get("/v1/models", secret + "x").body());
    answers.append(get("/api/v1/users", secret).body());
    answers.append(get("/api/v1/nothing/" + name, secret).body());
    answers.append(get("/api/v1/api-keys", admin).body());
    answers.append(get("/api/v1/users", admin).body());
    answers.append(get("/actuator/prometheus", admin).body());
    answers.append(get("/api/v1/audit?limit=500", admin).body());
    trail.before(Long.MAX_VALUE, 500).forEach(answers::append);
    for (String planted : List.of(password, oneTime, secret.substring(21), admin.substring(21))) {
      assertThat(answers.toString()).doesNotContain(planted);
      assertThat(output.getAll()).doesNotContain(planted);
    }
  }

  private JsonNode awaitRow(String requestId) throws Exception {
    while (true) {
      for (JsonNode row : json(200, get("/api/v1/audit?limit=500", admin)).path("items")) {
        if (row.path("requestId").stringValue().equals(requestId)) {
          return row;
        }
      }
      Thread.onSpinWait();
    }
  }

  private JsonNode latest() throws Exception {
    for (JsonNode row : json(200, get("/api/v1/audit", admin)).path("items")) {
      if (!row.path("action").stringValue().equals("inference")) {
        return row;
      }
    }
    throw new AssertionError("the audit is empty");
  }

  private static String user(String name, String role) {
    return "{\"name\":\"%s\",\"role\":\"%s\"}".formatted(name, role);
  }

  private static String name() {
    return "n-" + UUID.randomUUID();
  }

  private HttpResponse<String> chat(String key, int maxTokens) throws Exception {
    return post("/v1/chat/completions", key, CHAT.formatted(maxTokens, "hi"));
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    return send("GET", path, key, null);
  }

  private HttpResponse<String> post(String path, String key, String body) throws Exception {
    return send("POST", path, key, body);
  }

  private HttpResponse<String> send(String method, String path, String key, @Nullable String body)
      throws Exception {
    HttpRequest.Builder request = request(path).header("Authorization", "Bearer " + key);
    if (body == null) {
      return send(request.method(method, HttpRequest.BodyPublishers.noBody()).build());
    }
    return send(
        request
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }
}
