package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.packaging.Load;
import dev.javelin.packaging.ServerProcess;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import tools.jackson.databind.json.JsonMapper;

/**
 * Fifty tabs of the console while sixteen streams run: every tab hears every moment and every
 * change, some of them though their connection breaks every few seconds, and the server's memory
 * does not grow. Then the engine's throughput with the tabs and without them, window by window in
 * turn; that figure is printed, not asserted.
 *
 * <p>{@code javelin.soak.seconds} (300): how long the tabs are open at a stretch; {@code
 * javelin.soak.pairs} (6): pairs of windows of {@code javelin.soak.window} (15) seconds.
 */
@Tag("soak")
class ConsoleSoakTests {
  private static final int TABS = 50;
  private static final int STREAMS = 16;
  private static final int SECONDS = Integer.getInteger("javelin.soak.seconds", 300);
  private static final int PAIRS = Integer.getInteger("javelin.soak.pairs", 6);
  private static final int WINDOW = Integer.getInteger("javelin.soak.window", 15);

  /** What a JVM may hold more at the end: caches and compiled code of the first minutes. */
  private static final double GROWTH = 1.15;

  private static final Duration CHANGE_EVERY = Duration.ofMillis(700);

  @TempDir Path directory;

  @Test
  void fiftyTabsHearEverythingAndCostNeitherMemoryNorThroughput() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient();
        ServerProcess server = Load.server(directory);
        Load load = new Load(server.url(), client)) {
      String admin = load.key("admin");
      String viewer = load.key("viewer");
      load.stream(STREAMS);
      soak(server, load, client, admin, viewer);
      compare(load, client, viewer);
      client.shutdownNow();
    }
  }

  private void soak(ServerProcess server, Load load, HttpClient client, String admin, String viewer)
      throws Exception {
    try (Tabs tabs = new Tabs(load, viewer, TABS);
        TestBrowser browser =
            new TestBrowser(Files.createDirectory(directory.resolve("profile")))) {
      browser.driver().get(server.url() + "/console/requests");
      browser.await().until(_ -> browser.text("#live-count").equals("" + STREAMS));
      tabs.awaitOpen();
      List<long[]> memory = new ArrayList<>();
      long begun = System.nanoTime();
      int changes = 0;
      while (System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(SECONDS)) {
        change(load, client, admin, changes++);
        if (changes % 40 == 0) {
          memory.add(memory(server, browser));
        }
        Thread.sleep(CHANGE_EVERY);
      }
      memory.add(memory(server, browser));
      Tabs.Heard heard = tabs.heard();
      System.out.printf(
          "%d tabs and %d streams for %d s: %d moments and %d of %d changes heard by each tab,"
              + " %d connections broken and made again%n",
          TABS, STREAMS, SECONDS, heard.moments(), heard.changes(), changes, heard.reconnections());
      for (long[] at : memory) {
        System.out.printf(
            "  server: live heap %.1f MiB, resident %.1f MiB; browser's page: %.1f MiB, %d nodes%n",
            at[0] / 1048576.0, at[1] / 1048576.0, at[2] / 1048576.0, at[3]);
      }
      assertThat(browser.driver().findElement(By.id("offline")).isDisplayed()).isFalse();
      assertThat(browser.complaints()).isEmpty();
      assertThat(heard.problems()).isEmpty();
      assertThat(heard.changes()).isGreaterThanOrEqualTo(changes);
      long early = memory.get(memory.size() / 3)[0];
      assertThat(memory.getLast()[0]).isLessThan((long) (early * GROWTH));
    }
  }

  /** One that every tab of a viewer hears. */
  private static void change(Load load, HttpClient client, String admin, int number)
      throws Exception {
    HttpRequest request =
        load.request("/api/v1/models/dart/decoding-profiles/soak")
            .header("x-api-key", admin)
            .header("Content-Type", "application/json")
            .header("If-Match", "*")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"systemPrompt\":\"number %d\"}".formatted(number)))
            .build();
    if (number == 0) {
      request =
          HttpRequest.newBuilder(request, (name, _) -> !name.equalsIgnoreCase("If-Match")).build();
    }
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
  }

  /**
   * Live bytes of the server's heap, of its process, of the browser's page, and that one's nodes.
   */
  private static long[] memory(ServerProcess server, TestBrowser browser) throws Exception {
    browser.driver().executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
    Map<String, Object> page =
        browser.driver().executeCdpCommand("Memory.getDOMCounters", Map.of());
    Map<String, Object> heap = browser.driver().executeCdpCommand("Runtime.getHeapUsage", Map.of());
    return new long[] {
      server.liveHeapBytes(),
      server.residentBytes(),
      ((Number) heap.get("usedSize")).longValue(),
      ((Number) page.get("nodes")).longValue()
    };
  }

  private static void compare(Load load, HttpClient client, String viewer) throws Exception {
    double[] ratios = new double[PAIRS];
    double[] without = new double[PAIRS];
    for (int pair = 0; pair < PAIRS; pair++) {
      double with = 0;
      // whichever comes first has no advantage over all pairs
      for (boolean open :
          pair % 2 == 0 ? new boolean[] {false, true} : new boolean[] {true, false}) {
        if (open) {
          try (Tabs tabs = new Tabs(load, viewer, TABS)) {
            tabs.awaitOpen();
            with = throughput(load, client);
          }
        } else {
          without[pair] = throughput(load, client);
        }
      }
      ratios[pair] = with / without[pair];
    }
    Arrays.sort(ratios);
    Arrays.sort(without);
    System.out.printf(
        "throughput with %d tabs over without: median %.3f of %d pairs of %d s (%.3f to %.3f),"
            + " median without %.0f tokens/s%n",
        TABS, ratios[PAIRS / 2], PAIRS, WINDOW, ratios[0], ratios[PAIRS - 1], without[PAIRS / 2]);
  }

  /** Tokens a second over a window. */
  private static double throughput(Load load, HttpClient client) throws Exception {
    long start = System.nanoTime();
    long before = generated(load, client);
    Thread.sleep(Duration.ofSeconds(WINDOW));
    long after = generated(load, client);
    return (after - before) * 1e9 / (System.nanoTime() - start);
  }

  private static long generated(Load load, HttpClient client) throws Exception {
    HttpRequest request = load.request("/console/live").build();
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return new JsonMapper().readTree(body).at("/models/0/generatedTokens").longValue();
  }
}
