package dev.javelin.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twice as many requests as the server can answer, for a minute: it refuses what is too much, at
 * once and politely, and answers as many as ever. The rates are measured here, first without
 * overload, with the server as the launcher starts it on few cores. Clients and server share these
 * cores, so the clients are as plain as can be.
 */
@Tag("soak")
class OverloadTests {
  private static final int CLIENTS = 48;
  private static final int TOKENS = 32;
  private static final Duration SATURATED = Duration.ofSeconds(20);
  private static final Duration OVERLOAD = Duration.ofSeconds(60);

  private static final List<String> FEW_CORES =
      List.of("-Xmx512m", "-Xms64m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders");

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger numbers = new AtomicInteger();
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();

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
            FEW_CORES,
            "--server.port=0",
            "--javelin.home=" + Path.of("").toAbsolutePath(),
            "--javelin.data-dir=" + directory.resolve("data"))) {
      URI url = URI.create(server.url());
      saturate(url, SATURATED);
      // By then what refuses is compiled too, as in a server that has run for a while.
      overload(url, 200, SATURATED, new Tally(), server);
      CpuTime busy = CpuTime.of(server);
      double saturated = saturate(url, SATURATED);
      busy = busy.until(server);
      Tally tally = new Tally();
      Load load = overload(url, 2 * saturated, OVERLOAD, tally, server);
      double after = saturate(url, SATURATED);

      System.out.printf(
          "overload: %.1f answers a second saturated, %.1f at twice the load and %.1f refusals, %.1f"
              + " saturated again; heap %d MiB, later %d MiB; processors saturated: %s; at twice the"
              + " load: %s%n",
          saturated,
          load.answered(),
          load.refused(),
          after,
          load.heapBefore() >> 20,
          load.heapAfter() >> 20,
          busy,
          load.cpu());
      assertThat(tally.wrong).isEmpty();
      assertThat(tally.refused.get()).isPositive();
      // Both, so that a machine that is slower for a while is not taken for a slower server.
      assertThat(load.answered()).isGreaterThan(0.9 * Math.min(saturated, after));
      assertThat(load.heapAfter())
          .isLessThan(load.heapBefore() + load.heapBefore() / 10 + (8 << 20));
      assertThat(metric(url, "javelin_kv_cache_integrity_violations_total{")).isZero();
      assertThat(metric(url, "javelin_num_requests_running{")).isZero();
      assertThat(metric(url, "javelin_kv_cache_usage{")).isZero();
    }
  }

  /**
   * What came of a load, once the queue was full.
   *
   * @param answered,refused requests a second
   * @param heapBefore,heapAfter bytes that were alive at the begin and at the end of that time
   */
  private record Load(
      double answered, double refused, CpuTime cpu, long heapBefore, long heapAfter) {}

  /** Sends so many requests a second, whatever becomes of them, and waits for the last answer. */
  private Load overload(URI url, double perSecond, Duration time, Tally tally, ServerProcess server)
      throws IOException, InterruptedException {
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    Load load;
    try (ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor()) {
      sender.scheduleAtFixedRate(
          () -> sent.add(ask(url, tally)), 0, (long) (1e9 / perSecond), TimeUnit.NANOSECONDS);
      Thread.sleep(time.dividedBy(6));
      long heap = server.liveHeapBytes();
      long answered = tally.answered.get();
      long refused = tally.refused.get();
      CpuTime cpu = CpuTime.of(server);
      Thread.sleep(time.multipliedBy(5).dividedBy(6));
      cpu = cpu.until(server);
      load =
          new Load(
              (tally.answered.get() - answered) / cpu.seconds(),
              (tally.refused.get() - refused) / cpu.seconds(),
              cpu,
              heap,
              server.liveHeapBytes());
    }
    sent.forEach(CompletableFuture::join);
    return load;
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
  private double saturate(URI url, Duration time) {
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

  private CompletableFuture<Void> askUntil(URI url, Tally tally, long end) {
    return ask(url, tally)
        .thenCompose(
            _ ->
                System.nanoTime() < end
                    ? askUntil(url, tally, end)
                    : CompletableFuture.completedFuture(null));
  }

  private CompletableFuture<Void> ask(URI url, Tally tally) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            Connection free = idle.pollFirst();
            Connection connection = free == null ? new Connection(url) : free;
            connection.ask(numbers.getAndIncrement(), tally);
            idle.addFirst(connection);
          } catch (IOException e) {
            tally.wrong.add(e.toString());
          }
        },
        threads);
  }

  /** One caller's, used again and again. */
  private static final class Connection {
    private static final int MOST = 16 * 1024;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final Socket socket;
    private final byte[] received = new byte[MOST];

    Connection(URI url) throws IOException {
      socket = new Socket(url.getHost(), url.getPort());
      socket.setTcpNoDelay(true);
    }

    void ask(int number, Tally tally) throws IOException {
      String body =
          """
          {"model":"dart","messages":[{"role":"user","content":"Tell me story number %d."}],
           "max_tokens":%d,"ignore_eos":true}"""
              .formatted(number, TOKENS);
      String head =
          "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  .formatted(body.length());
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      String answer = read();
      String status = answer.substring(9, 12);
      if (status.equals("200")) {
        tally.answered.incrementAndGet();
      } else if (status.equals("429") && answer.contains("\r\nRetry-After: ")) {
        tally.refused.incrementAndGet();
      } else {
        tally.wrong.add(answer);
      }
    }

    /** Head and body of an answer that says how long it is. */
    private String read() throws IOException {
      int n = 0;
      while (true) {
        int more = socket.getInputStream().read(received, n, MOST - n);
        if (more <= 0) {
          throw new EOFException("the answer breaks off after %d bytes".formatted(n));
        }
        n += more;
        String text = new String(received, 0, n, StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n") + 4;
        if (body >= 4) {
          Matcher length = LENGTH.matcher(text);
          assertThat(length.find()).as(text).isTrue();
          if (n >= body + Integer.parseInt(length.group(1))) {
            return text;
          }
        }
      }
    }
  }

  /** The sum over all series that begin so. */
  private double metric(URI url, String series) {
    HttpRequest request = HttpRequest.newBuilder(url.resolve("/actuator/prometheus")).build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .join()
        .body()
        .lines()
        .filter(line -> line.startsWith(series))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
