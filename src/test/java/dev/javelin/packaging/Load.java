package dev.javelin.packaging;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/** Streams that keep a server's model busy until this is closed, and keys for the rest. */
public final class Load implements AutoCloseable {
  public static final String PASSWORD = "correct horse battery";

  private final String url;
  private final HttpClient client;
  private final AtomicInteger begun = new AtomicInteger();
  private volatile boolean closed;

  public Load(String url, HttpClient client) {
    this.url = url;
    this.client = client;
  }

  /**
   * A server with the built-in model and an administrator who has {@link #PASSWORD}.
   *
   * @param directory an empty folder
   */
  public static ServerProcess server(Path directory) throws IOException {
    return new ServerProcess(
        "--server.port=0",
        "--javelin.home=" + Path.of("").toAbsolutePath(),
        "--javelin.data-dir=" + directory.resolve("data"),
        "--javelin.admin.password=" + PASSWORD);
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path));
  }

  /** A new key with this role. */
  public String key(String role) throws Exception {
    String basic =
        Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        request("/api/v1/api-keys")
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"name\":\"load\",\"role\":\"%s\"}".formatted(role)))
            .build();
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return new JsonMapper().readTree(body).path("secret").stringValue();
  }

  /** Begins so many, each followed by the next at its end, and waits until all of them run. */
  public void stream(int streams) {
    for (int i = 0; i < streams; i++) {
      stream("%d".formatted(i));
    }
    while (begun.get() < streams) {
      Thread.onSpinWait();
    }
  }

  private void stream(String name) {
    String body =
        """
        {"model":"dart","messages":[{"role":"user","content":"Tell me story number %s."}],
         "stream":true,"max_tokens":400,"ignore_eos":true}"""
            .formatted(name);
    HttpRequest request =
        request("/v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    CompletableFuture<Void> ended =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
            .thenAcceptAsync(
                response -> {
                  begun.incrementAndGet();
                  response.body().forEach(_ -> {});
                });
    var _ =
        ended.thenRun(
            () -> {
              if (!closed) {
                stream(name);
              }
            });
  }

  @Override
  public void close() {
    closed = true;
  }
}
