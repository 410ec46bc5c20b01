package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.packaging.Load;
import dev.javelin.packaging.ServerProcess;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long every page of the console takes while four streams keep the engine busy, as a client on
 * the same machine sees it. The figures are printed; what is asserted is that every page is there.
 *
 * <p>{@code javelin.soak.seconds} (12): how long pages are asked for, after as long again to warm
 * up.
 */
@Tag("soak")
class ConsolePageLatencyTests {
  private static final int STREAMS = 4;
  private static final int SECONDS = Integer.getInteger("javelin.soak.seconds", 12);
  private static final List<String> PAGES =
      List.of(
          "/",
          "/console/overview",
          "/console/requests",
          "/console/models",
          "/console/models/dart",
          "/console/models/dart/versions/1",
          "/console/add",
          "/console/runtime",
          "/console/runtime?plan=load",
          "/console/metrics",
          "/console/metrics?span=month",
          "/console/access",
          "/console/access/people",
          "/console/access/quotas",
          "/console/audit",
          "/console/settings",
          "/console/settings/transfer",
          "/console/settings/about",
          "/console/styleguide",
          "/login");

  @TempDir Path directory;

  @Test
  void everyPageAnswersWhileAModelGenerates() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient();
        ServerProcess server = Load.server(directory);
        Load load = new Load(server.url(), client)) {
      String key = load.key("admin");
      load.stream(STREAMS);
      time(client, load, key);
      double[][] millis = time(client, load, key);
      double[] all = Arrays.stream(millis).flatMapToDouble(Arrays::stream).sorted().toArray();
      System.out.printf("pages while %d streams run, %d calls:%n", STREAMS, all.length);
      for (int page = 0; page < PAGES.size(); page++) {
        Arrays.sort(millis[page]);
        System.out.printf("  %-36s %s%n", PAGES.get(page), figures(millis[page]));
      }
      System.out.printf("  %-36s %s%n", "all", figures(all));
      client.shutdownNow();
    }
  }

  private static String figures(double[] sorted) {
    return "p50 %5.1f ms, p95 %5.1f ms, most %5.1f ms, %d calls"
        .formatted(
            sorted[sorted.length / 2],
            sorted[sorted.length * 95 / 100],
            sorted[sorted.length - 1],
            sorted.length);
  }

  /** By page, as often as the time allows. */
  private static double[][] time(HttpClient client, Load load, String key) throws Exception {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    double[][] millis = new double[PAGES.size()][];
    Arrays.fill(millis, new double[0]);
    for (int round = 0; System.nanoTime() < end || round == 0; round++) {
      for (int page = 0; page < PAGES.size(); page++) {
        HttpRequest request =
            load.request(PAGES.get(page))
                .header("x-api-key", key)
                .header("Accept", "text/html")
                .build();
        long start = System.nanoTime();
        var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        double took = (System.nanoTime() - start) / 1e6;
        assertThat(response.statusCode()).as(PAGES.get(page)).isEqualTo(200);
        millis[page] = Arrays.copyOf(millis[page], round + 1);
        millis[page][round] = took;
      }
    }
    return millis;
  }
}
