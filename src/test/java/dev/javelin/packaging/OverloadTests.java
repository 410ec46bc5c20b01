package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twice as many requests as the server can answer, for a minute: it refuses what is too much, at
 * once and politely, and answers as many as ever. The rates are measured here, first without
 * overload.
 */
@Tag("soak")
class OverloadTests {
  private static final int CLIENTS = 48;
  private static final int TOKENS = 32;
  private static final Duration SATURATED = Duration.ofSeconds(20);
  private static final Duration OVERLOAD = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger numbers = new AtomicInteger();

  /** What came of the requests. */
  private static final class Tally {
    final AtomicLong answered = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  }

  @Test
  void twiceTheLoadIsRefusedInPartAndAnsweredAsWell() throws Exception {
    try (ServerProcess server =
        new ServerProcess(
            "--server.port=0",
            "--javelin.home=" + Path.of("").toAbsolutePath(),
            "--javelin.data-dir=" + directory.resolve("data"))) {
      String url = server.url();
      saturate(url, SATURATED);
      CpuTime busy = CpuTime.of(server);
      double saturated = saturate(url, SATURATED);
      busy = busy.until(server);

      Tally tally = new Tally();
      List<Long> heap = new ArrayList<>();
      List<CompletableFuture<Void>> sent = new ArrayList<>();
      double goodput;
      CpuTime loaded = busy;
      long refused;
      try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
        long period = (long) (1e9 / (2 * saturated));
        ScheduledFuture<?> sending =
            clock.scheduleAtFixedRate(
                () -> sent.add(ask(url, tally)), 0, period, TimeUnit.NANOSECONDS);
        long start = System.nanoTime();
        long before = 0;
        long refusedBefore = 0;
        long second = 0;
        // The queue fills first.
        while (System.nanoTime() - start < OVERLOAD.toNanos()) {
          heap.add((long) metric(url, "jvm_memory_used_bytes{area=\"heap\""));
          if (second == 0 && System.nanoTime() - start > OVERLOAD.toNanos() / 6) {
            second = System.nanoTime();
            before = tally.answered.get();
            refusedBefore = tally.refused.get();
            loaded = CpuTime.of(server);
          }
          Thread.sleep(500);
        }
        loaded = loaded.until(server);
        refused = tally.refused.get() - refusedBefore;
        goodput = (tally.answered.get() - before) * 1e9 / (System.nanoTime() - second);
        sending.cancel(false);
        clock.shutdown();
        clock.awaitTermination(1, TimeUnit.MINUTES);
      }
      sent.forEach(CompletableFuture::join);
      double after = saturate(url, SATURATED);

      long early = least(heap.subList(heap.size() / 6, heap.size() / 2));
      long late = least(heap.subList(heap.size() / 2, heap.size()));
      System.out.printf(
          "overload: %.1f requests a second saturated, %.1f at twice the load, %.1f saturated again;"
              + " %d answered, %d refused; heap %d MiB, later %d MiB%n",
          saturated,
          goodput,
          after,
          tally.answered.get(),
          tally.refused.get(),
          early >> 20,
          late >> 20);
      System.out.printf(
          "processors: saturated %s; at twice the load %s, %.1f requests refused a second%n",
          busy, loaded, refused / loaded.seconds());
      assertThat(tally.wrong).isEmpty();
      assertThat(tally.refused.get()).isPositive();
      // Both, so that a machine that is slower for a while is not taken for a slower server.
      assertThat(goodput).isGreaterThan(0.9 * Math.min(saturated, after));
      assertThat(late).isLessThan(early + early / 10 + (8 << 20));
      assertThat(metric(url, "javelin_kv_cache_integrity_violations_total{")).isZero();
      assertThat(metric(url, "javelin_num_requests_running{")).isZero();
      assertThat(metric(url, "javelin_kv_cache_usage{")).isZero();
    }
  }

  /** What the server and the clients here took of the processors, in seconds. */
  private record CpuTime(double server, double clients, double seconds) {
    static CpuTime of(ServerProcess server) {
      return new CpuTime(
          used(ProcessHandle.of(server.pid()).orElseThrow()),
          used(ProcessHandle.current()),
          System.nanoTime() / 1e9);
    }

    private static double used(ProcessHandle process) {
      return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    CpuTime until(ServerProcess now) {
      CpuTime end = of(now);
      return new CpuTime(end.server - server, end.clients - clients, end.seconds - seconds);
    }

    @Override
    public String toString() {
      return "%.2f server, %.2f clients".formatted(server / seconds, clients / seconds);
    }
  }

  /** Requests a second when some are always waiting. */
  private double saturate(String url, Duration time) {
    Tally tally = new Tally();
    long start = System.nanoTime();
    List<CompletableFuture<Void>> loops = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      loops.add(askUntil(url, tally, start + time.toNanos()));
    }
    loops.forEach(CompletableFuture::join);
    assertThat(tally.wrong).isEmpty();
    return tally.answered.get() * 1e9 / (System.nanoTime() - start);
  }

  private CompletableFuture<Void> askUntil(String url, Tally tally, long end) {
    return ask(url, tally)
        .thenCompose(
            _ ->
                System.nanoTime() < end
                    ? askUntil(url, tally, end)
                    : CompletableFuture.completedFuture(null));
  }

  private CompletableFuture<Void> ask(String url, Tally tally) {
    String body =
        """
        {"model":"dart","messages":[{"role":"user","content":"Tell me story number %d."}],
         "max_tokens":%d,"ignore_eos":true}"""
            .formatted(numbers.getAndIncrement(), TOKENS);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .handle(
            (response, failure) -> {
              if (failure != null) {
                tally.wrong.add(failure.toString());
              } else if (response.statusCode() == 200) {
                tally.answered.incrementAndGet();
              } else if (response.statusCode() == 429
                  && response.headers().firstValue("Retry-After").isPresent()) {
                tally.refused.incrementAndGet();
              } else {
                tally.wrong.add(response.statusCode() + " " + response.body());
              }
              return null;
            });
  }

  /** The sum over all series that begin so. */
  private double metric(String url, String series) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/actuator/prometheus")).build();
    return client
        .send(request, HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static long least(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).min().orElseThrow();
  }
}
