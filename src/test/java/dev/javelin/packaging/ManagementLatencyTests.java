package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void managementAnswersWhileTheEngineIsSaturated() throws Exception {
    try (ServerProcess server = Load.server(directory);
        Load load = new Load(server.url(), client)) {
      String key = load.key("admin");
      load.stream(STREAMS);
      time(load, key, WARM);
      double[] millis = time(load, key, CALLS);
      Arrays.sort(millis);
      System.out.printf(
          "management while %d streams run: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, most %.1f ms of"
              + " %d calls%n",
          STREAMS,
          millis[CALLS / 2],
          millis[CALLS * 95 / 100],
          millis[CALLS * 99 / 100],
          millis[CALLS - 1],
          CALLS);
    }
  }

  private double[] time(Load load, String key, int calls) throws Exception {
    double[] millis = new double[calls];
    for (int i = 0; i < calls; i++) {
      HttpRequest request =
          load.request("/api/v1/" + PATHS.get(i % PATHS.size())).header("x-api-key", key).build();
      long start = System.nanoTime();
      var response = client.send(request, HttpResponse.BodyHandlers.ofString());
      millis[i] = (System.nanoTime() - start) / 1e6;
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      // As a person's pages ask, not as fast as can be.
      Thread.sleep(Duration.ofMillis(10));
    }
    return millis;
  }
}
