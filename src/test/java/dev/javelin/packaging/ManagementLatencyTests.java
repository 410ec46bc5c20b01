package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * How long calls of the management API take while sixteen streams keep the engine busy. The figure
 * is printed; what is asserted is that every call is answered.
 */
@Tag("soak")
class ManagementLatencyTests {
  private static final int STREAMS = 16;
  private static final int WARM = 200;
  private static final int CALLS = 600;
  private static final List<String> PATHS =
      List.of("aliases", "models", "instances", "operations?limit=20", "memory", "requests", "me");

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private String url = "";

  @Test
  void managementAnswersWhileTheEngineIsSaturated() throws Exception {
    try (ServerProcess server =
        new ServerProcess(
            "--server.port=0",
            "--javelin.home=" + Path.of("").toAbsolutePath(),
            "--javelin.data-dir=" + directory.resolve("data"),
            "--javelin.admin.password=correct horse battery")) {
      url = server.url();
      String key = key();
      AtomicInteger begun = new AtomicInteger();
      for (int i = 0; i < STREAMS; i++) {
        stream(i, begun);
      }
      while (begun.get() < STREAMS) {
        Thread.onSpinWait();
      }
      time(key, WARM);
      double[] millis = time(key, CALLS);
      Arrays.sort(millis);
      System.out.printf(
          "management while %d streams run: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, most %.1f ms of"
              + " %d calls; %d streams were begun%n",
          STREAMS,
          millis[CALLS / 2],
          millis[CALLS * 95 / 100],
          millis[CALLS * 99 / 100],
          millis[CALLS - 1],
          CALLS,
          begun.get());
    }
  }

  private String key() throws Exception {
    String basic =
        Base64.getEncoder()
            .encodeToString("admin:correct horse battery".getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        request("/api/v1/api-keys", "Basic " + basic)
            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"bench\",\"role\":\"admin\"}"))
            .build();
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return "Bearer " + new JsonMapper().readTree(body).path("secret").stringValue();
  }

  /** One stream after another, without an end. */
  private void stream(int number, AtomicInteger begun) {
    String body =
        """
        {"model":"dart","messages":[{"role":"user","content":"Tell me story number %d."}],
         "stream":true,"max_tokens":400,"ignore_eos":true}"""
            .formatted(number);
    HttpRequest request =
        request("/v1/chat/completions", "").POST(HttpRequest.BodyPublishers.ofString(body)).build();
    CompletableFuture<Void> ended =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
            .thenAcceptAsync(
                response -> {
                  begun.incrementAndGet();
                  response.body().forEach(_ -> {});
                });
    var _ = ended.thenRun(() -> stream(number, begun));
  }

  private double[] time(String key, int calls) throws Exception {
    double[] millis = new double[calls];
    for (int i = 0; i < calls; i++) {
      HttpRequest request = request("/api/v1/" + PATHS.get(i % PATHS.size()), key).build();
      long start = System.nanoTime();
      var response = client.send(request, HttpResponse.BodyHandlers.ofString());
      millis[i] = (System.nanoTime() - start) / 1e6;
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      // As a person's pages ask, not as fast as can be.
      Thread.sleep(Duration.ofMillis(10));
    }
    return millis;
  }

  private HttpRequest.Builder request(String path, String authorization) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).header("Content-Type", "application/json");
    return authorization.isEmpty() ? request : request.header("Authorization", authorization);
  }
}
