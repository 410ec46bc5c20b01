package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a server as curl would. */
public final class ApiClient {
  private static final Set<String> RUNNING = Set.of("QUEUED", "RUNNING", "CANCELLING");
  private static final JsonMapper JSON = new JsonMapper();

  /** An answer with its body read as JSON; missing if it has none. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public JsonNode json() {
      return JSON.readTree(response.body());
    }

    public String text(String pointer) {
      return json().at(pointer).asString("");
    }

    public Answer is(int status) {
      assertThat(status()).as(response.body()).isEqualTo(status);
      return this;
    }

    /** A problem of this type. */
    public Answer isProblem(int status, String type) {
      is(status);
      assertThat(header("content-type")).startsWith("application/problem+json");
      assertThat(text("/type")).isEqualTo("urn:javelin:problem:" + type);
      assertThat(json().path("status").intValue()).isEqualTo(status);
      assertThat(text("/detail")).isNotBlank();
      return this;
    }
  }

  private final HttpClient client = HttpClient.newHttpClient();
  private final String base;

  private final String key;

  public ApiClient(int port, String key) {
    base = "http://127.0.0.1:" + port;
    this.key = key;
  }

  public Answer get(String path, String... headers) {
    return call("GET", path, null, headers);
  }

  public Answer post(String path, String body, String... headers) {
    return call("POST", path, body, headers);
  }

  public Answer put(String path, String body, String... headers) {
    return call("PUT", path, body, headers);
  }

  public Answer delete(String path, String... headers) {
    return call("DELETE", path, null, headers);
  }

  /** Sends bytes as they are. */
  public Answer send(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    request.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    return answer(request, headers);
  }

  public Answer call(String method, String path, @Nullable String body, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    return answer(request, headers);
  }

  private Answer answer(HttpRequest.Builder request, String... headers) {
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Follows the Location of an accepted call until its operation ended. */
  public Answer ended(Answer accepted) {
    return ended(accepted.is(202).header("Location"));
  }

  /** Follows an operation until it ended. */
  public Answer ended(String location) {
    Answer operation = get(location);
    while (RUNNING.contains(operation.is(200).text("/state"))) {
      Thread.onSpinWait();
      operation = get(location);
    }
    return operation;
  }

  /** As {@link #ended}, of one that must succeed. */
  public Answer succeeded(Answer accepted) {
    Answer operation = ended(accepted);
    assertThat(operation.text("/state")).as(operation.response().body()).isEqualTo("SUCCEEDED");
    return operation;
  }
}
