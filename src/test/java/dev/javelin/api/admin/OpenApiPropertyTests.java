package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.javelin.JavelinApplication;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.TaggedModels;
import dev.javelin.fake.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls every route of the OpenAPI document with values that it allows and values that it does not:
 * nothing is answered with 500, every answer is one that the document lists, and what it does not
 * allow is refused.
 */
@SpringBootTest(
    classes = {JavelinApplication.class, TaggedModels.Backend.class},
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "javelin.model=none",
      "javelin.data-dir=target/test-data-property",
      "javelin.database-url=jdbc:h2:mem:property;DB_CLOSE_DELAY=-1",
      "javelin.admin.password=correct horse battery",
      "javelin.serving.hub-url=http://127.0.0.1:1",
      "javelin.serving.hub-allow-private=true",
      "javelin.serving.hub-retry-pause=1ms",
      "javelin.max-body=100KB",
      "spring.main.allow-bean-definition-overriding=true"
    })
class OpenApiPropertyTests {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String FILE = "four";
  private static final Path STORE = Path.of("target/test-data-property/store").toAbsolutePath();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  @LocalServerPort int port;
  @Autowired TestKeys keys;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, com.networknt.schema.Schema> validators = new HashMap<>();
  private final Map<String, List<String>> wrong = new TreeMap<>();
  private final Map<String, Set<Integer>> seen = new TreeMap<>();

  /** A route of the document. */
  private record Route(String method, String path, JsonNode operation) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /**
   * A call to be made.
   *
   * @param refused whether the document does not allow it
   */
  private record Call(
      Route route, String uri, @Nullable String body, List<String> headers, boolean refused) {
    @Override
    public String toString() {
      return "%s %s %s %s".formatted(route.method(), uri, headers, body);
    }
  }

  @Test
  void everyAnswerIsAsTheDocumentSays() throws Exception {
    run(8, 1);
    assertThat(neverSucceeded()).as("routes").hasSizeLessThan(20);
  }

  @Test
  @Tag("soak")
  void everyAnswerToManyCallsIsAsTheDocumentSays() throws Exception {
    for (int seed = 2; seed < 12; seed++) {
      run(10, seed);
    }
    // The first two need something that runs at that moment, the last one a person.
    assertThat(neverSucceeded())
        .isSubsetOf(
            "DELETE /api/v1/requests/{id}",
            "POST /api/v1/operations/{id}/cancel",
            "POST /api/v1/me/password");
  }

  private void run(int perRoute, long seed) throws Exception {
    Random random = new Random(seed);
    String key = keys.with(Role.ADMIN);
    ApiClient api = new ApiClient(port, key);
    JsonNode document = api.get("/api/v1/openapi").is(200).json();
    SchemaValues values = new SchemaValues(document, random);
    values.avoid("admin");
    values.avoid(key.split("_")[1]);
    List<Route> routes = new ArrayList<>();
    for (var path : document.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        routes.add(new Route(method, path.getKey(), operation.getValue()));
      }
    }
    int calls = 0;
    for (int round = 0; round < perRoute; round++) {
      prepare(api, values, "seed%d-%d".formatted(seed, round));
      for (Route route : routes) {
        Call call = call(route, document, values, random, key);
        check(call, document, values);
        calls++;
      }
    }
    System.out.printf("property run: %d calls of %d routes%n", calls, routes.size());
    assertThat(wrong).as("%d calls", calls).isEmpty();
  }

  private List<String> neverSucceeded() {
    return seen.entrySet().stream()
        .filter(route -> route.getValue().stream().noneMatch(status -> status < 300))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Something to work on. */
  private static void prepare(ApiClient api, SchemaValues values, String model) throws IOException {
    Files.createDirectories(STORE);
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    for (String name : List.of("model", "alias", "tenant", "key")) {
      values.prefer(name, model);
    }
    for (String name : List.of("name", "loadProfile", "decodingProfile")) {
      values.prefer(name, "default");
    }
    values.prefer("number", "1");
    values.prefer("version", "1");
    values.prefer("sizeBytes", Integer.toString(FILE.length()));
    for (String content : List.of("one", "two", "broken")) {
      Path file = Files.writeString(STORE.resolve(model + content + ".gguf"), content);
      values.learn("path", file.toString());
      if (!content.equals("broken")) {
        api.succeeded(
            api.post("/api/v1/models/" + model + "/versions", "{\"path\":\"%s\"}".formatted(file)));
      }
    }
    api.put("/api/v1/models/" + model + "/load-profiles/default", "{}").is(201);
    api.put("/api/v1/models/" + model + "/decoding-profiles/default", "{}").is(201);
    String target =
        "{\"model\":\"%s\",\"version\":1,\"loadProfile\":\"default\",\"decodingProfile\":\"default\"}";
    api.put("/api/v1/aliases/" + model, target.formatted(model)).is(201);
    String question = "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    api.post("/v1/chat/completions", question.formatted(model), "Prefer", "wait=60").is(200);
    values.learn("", api.get("/api/v1/requests").json());
    values.prefer("hub", "hf:owner/name:file.gguf");
    values.prefer("role", "viewer");
    values.prefer("drain", "PT1S");
    values.prefer("If-Match", "*");
  }

  private Call call(
      Route route, JsonNode document, SchemaValues values, Random random, String key) {
    String path = route.path();
    StringBuilder query = new StringBuilder();
    List<String> headers = new ArrayList<>();
    for (JsonNode parameter : route.operation().path("parameters")) {
      String name = parameter.path("name").stringValue();
      String value = values.parameter(route.path(), name, parameter.path("schema"));
      boolean needed = parameter.path("required").asBoolean(false);
      switch (parameter.path("in").stringValue()) {
        case "path" -> path = path.replace("{" + name + "}", encoded(value));
        case "query" -> {
          if (random.nextBoolean()) {
            query.append(query.isEmpty() ? '?' : '&').append(name).append('=');
            query.append(encoded(value));
          }
        }
        default -> {
          boolean sendable = value.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
          if (sendable && (needed || random.nextInt(4) > 0 && !name.equals("Idempotency-Key"))) {
            headers.addAll(List.of(name, value));
          }
        }
      }
    }
    if (random.nextInt(25) > 0) {
      headers.addAll(List.of("Authorization", "Bearer " + key));
    }
    if (random.nextInt(25) == 0) {
      headers.addAll(List.of("Accept", "image/png"));
    }
    JsonNode schema = route.operation().at("/requestBody/content/application~1json/schema");
    String body = null;
    boolean refused = false;
    if (!schema.isMissingNode()) {
      JsonNode value = values.valid("body", schema);
      if (random.nextInt(3) == 0) {
        value = values.spoiled(value);
      }
      body = random.nextInt(30) == 0 ? "{\"a" : value.toString();
      refused = body.equals("{\"a") || !problems(document, schema, body).isEmpty();
      headers.addAll(
          List.of("Content-Type", random.nextInt(30) == 0 ? "text/csv" : "application/json"));
    }
    if (route.operation().at("/requestBody/content").has("application/octet-stream")) {
      body = FILE;
    }
    return new Call(route, path + query, body, headers, refused);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private void check(Call call, JsonNode document, SchemaValues values) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + call.uri()));
    request.method(
        call.route().method(),
        call.body() == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(call.body()));
    if (!call.headers().isEmpty()) {
      request.headers(call.headers().toArray(String[]::new));
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    int status = response.statusCode();
    seen.computeIfAbsent(call.route().toString(), _ -> new HashSet<>()).add(status);
    String type = response.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    String body;
    try (InputStream in = response.body()) {
      // Events never end.
      body =
          type.equals("text/event-stream")
              ? ""
              : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    String finding = finding(call, document, status, type, body);
    if (finding != null) {
      wrong
          .computeIfAbsent(call.route() + ": " + finding, _ -> new ArrayList<>())
          .add(call + " -> " + status + " " + body);
      return;
    }
    response.headers().firstValue("ETag").ifPresent(tag -> values.learn("If-Match", tag));
    if (status < 300 && type.equals("application/json")) {
      values.learn("", JSON.readTree(body));
      JsonNode answer = JSON.readTree(body);
      for (JsonNode item : answer.path("items")) {
        item.properties()
            .forEach(
                field ->
                    values.learn(
                        call.route().path() + "/{" + field.getKey() + "}", field.getValue()));
      }
    }
  }

  /** What is wrong with the answer; null if nothing is. */
  private @Nullable String finding(
      Call call, JsonNode document, int status, String type, String body) {
    if (status >= 500 && status != HttpStatus.INSUFFICIENT_STORAGE.value()) {
      return "failed with " + status;
    }
    if (call.refused() && status < 400) {
      return "took what the document does not allow: "
          + problems(
              document,
              call.route().operation().at("/requestBody/content/application~1json/schema"),
              String.valueOf(call.body()));
    }
    JsonNode answer = call.route().operation().path("responses").path(Integer.toString(status));
    if (answer.isMissingNode()) {
      return "does not list the status " + status;
    }
    JsonNode content = answer.path("content");
    if (content.isEmpty()) {
      return body.isEmpty() ? null : "has a body that is not listed";
    }
    if (!content.has(type)) {
      return "does not list the type '%s' for %d".formatted(type, status);
    }
    if (type.equals("text/event-stream")) {
      return null;
    }
    List<String> problems = problems(document, content.path(type).path("schema"), body);
    return problems.isEmpty() ? null : "answers %d not as listed: %s".formatted(status, problems);
  }

  private List<String> problems(JsonNode document, JsonNode schema, String body) {
    return validators
        .computeIfAbsent(
            schema.toString(),
            _ -> {
              var whole = JSON.createObjectNode();
              whole.set("components", document.path("components"));
              whole.set("allOf", JSON.createArrayNode().add(schema));
              return SCHEMAS.getSchema(whole.toString(), InputFormat.JSON);
            })
        .validate(body, InputFormat.JSON)
        .stream()
        .map(Object::toString)
        .limit(3)
        .toList();
  }
}
