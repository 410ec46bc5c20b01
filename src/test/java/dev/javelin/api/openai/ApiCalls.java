package dev.javelin.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of one test server's API, and what its refusals look like. */
final class ApiCalls {
  private static final JsonMapper JSON = new JsonMapper();

  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  ApiCalls(int port) {
    this.port = port;
  }

  /** The body of a chat; {@code more} begins with a comma. */
  static String chat(String more) {
    return "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
        .formatted(more);
  }

  /** The body of a completion; {@code more} begins with a comma. */
  static String completion(String more) {
    return "{\"model\":\"pom.xml\",\"prompt\":\"ab\"%s}".formatted(more);
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(to(path).build());
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        to(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** What a stream sends, its end included. */
  static List<String> events(String body) {
    return body.lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .toList();
  }

  /** The chunks of a stream. */
  List<JsonNode> chunks(String path, String body) throws Exception {
    return events(post(path, body).body()).stream()
        .filter(event -> event.startsWith("{"))
        .map(event -> (JsonNode) JSON.readTree(event))
        .toList();
  }

  static void assertError(
      HttpResponse<String> response, int status, @Nullable String param, @Nullable String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.path("message").stringValue()).isNotBlank();
    assertThat(error.path("param").stringValue(null)).isEqualTo(param);
    assertThat(error.path("code").stringValue(null)).isEqualTo(code);
  }

  /** Refused for the field of that name. */
  static void assertField(HttpResponse<String> response, String field) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("param").stringValue(null)).as(response.body()).isEqualTo(field);
  }
}
