package dev.javelin.console;

import dev.javelin.packaging.Load;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Open tabs of the console as the server sees them: each reads the live stream; a third also asks
 * for the requests every second, a third for an overview's series every five. Every fifth one's
 * connection breaks every few seconds and is made again with the last id it saw.
 */
final class Tabs implements AutoCloseable {
  private static final int BREAKS_AFTER = 9;
  private static final Pattern MILLIS = Pattern.compile("\"millis\":(\\d+)");
  private static final String SERIES =
      "/console/series?series=requests,output_tokens,ttft_p95,waiting,errors";

  /**
   * @param moments of the tab that heard fewest
   * @param changes likewise
   * @param problems what a tab missed or heard twice
   */
  record Heard(int moments, int changes, int reconnections, List<String> problems) {}

  private final HttpClient client = HttpClient.newHttpClient();
  private final Load load;
  private final String key;
  private final List<Tab> tabs = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger reconnections = new AtomicInteger();
  private final CountDownLatch open;
  private volatile boolean closed;

  Tabs(Load load, String key, int count) {
    this.load = load;
    this.key = key;
    open = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Tab tab = new Tab(i);
      tabs.add(tab);
      threads.add(Thread.ofVirtual().start(tab::listen));
      if (i % 3 == 1) {
        threads.add(Thread.ofVirtual().start(this::followRequests));
      } else if (i % 3 == 2) {
        threads.add(Thread.ofVirtual().start(this::readSeries));
      }
    }
  }

  void awaitOpen() throws InterruptedException {
    open.await();
  }

  Heard heard() {
    List<String> problems = new ArrayList<>();
    int moments = Integer.MAX_VALUE;
    int changes = Integer.MAX_VALUE;
    List<Long> all = List.copyOf(tabs.getFirst().moments());
    for (Tab tab : tabs) {
      List<Long> own = tab.moments();
      moments = Math.min(moments, own.size());
      changes = Math.min(changes, tab.changes);
      problems.addAll(tab.problems);
      // whatever one tab heard while another listened, that one heard, too
      long from = Math.max(own.getFirst(), all.getFirst());
      long to = Math.min(own.getLast(), all.getLast());
      if (!between(own, from, to).equals(between(all, from, to))) {
        problems.add("tab %d heard other moments than the first".formatted(tab.number));
      }
    }
    return new Heard(moments, changes, reconnections.get(), problems);
  }

  private static List<Long> between(List<Long> moments, long from, long to) {
    return moments.stream().filter(moment -> moment >= from && moment <= to).toList();
  }

  /** What ended since the answer before, every second. */
  private void followRequests() {
    long since = System.currentTimeMillis();
    while (!closed) {
      String rows = get("/console/requests.json?since=" + since);
      Matcher millis = MILLIS.matcher(rows);
      if (millis.find()) {
        since = Long.parseLong(millis.group(1));
      }
      pause(1);
    }
  }

  private void readSeries() {
    while (!closed) {
      get(SERIES);
      pause(5);
    }
  }

  /** Sent as to a browser, compressed; empty once the tabs are closed. */
  private String get(String path) {
    HttpRequest request =
        load.request(path).header("x-api-key", key).header("Accept-Encoding", "gzip").build();
    try {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      boolean packed = answer.headers().firstValue("Content-Encoding").isPresent();
      try (InputStream body = packed ? new GZIPInputStream(answer.body()) : answer.body()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private static void pause(int seconds) {
    try {
      Thread.sleep(Duration.ofSeconds(seconds));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One tab's stream. */
  private final class Tab {
    private final int number;
    private final List<Long> moments = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private volatile int changes;
    private long lastChange = -1;
    private @Nullable String lastId;

    Tab(int number) {
      this.number = number;
    }

    synchronized List<Long> moments() {
      return List.copyOf(moments);
    }

    void listen() {
      while (!closed) {
        try {
          HttpRequest.Builder request = load.request("/console/events").header("x-api-key", key);
          if (lastId != null) {
            request.header("Last-Event-ID", lastId);
            reconnections.incrementAndGet();
          }
          read(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()).body());
        } catch (IOException | InterruptedException e) {
          if (!closed) {
            problems.add("tab %d: %s".formatted(number, e));
          }
          return;
        }
      }
    }

    /** Until the stream ends, or a connection that breaks has brought enough. */
    private void read(InputStream body) throws IOException {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        String id = "";
        String name = "";
        int events = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("id:")) {
            id = line.substring(3);
          } else if (line.startsWith("event:")) {
            name = line.substring(6);
          } else if (line.startsWith("data:")) {
            hear(id, name, line);
            open.countDown();
            if (number % 5 == 4 && ++events == BREAKS_AFTER) {
              return;
            }
          }
        }
      }
    }

    private synchronized void hear(String id, String name, String data) {
      lastId = id;
      int slash = id.indexOf('/');
      if (name.equals("moment")) {
        long moment = Long.parseLong(id.substring(0, slash));
        if (!moments.isEmpty() && moment <= moments.getLast()) {
          problems.add("tab %d heard %d after %d".formatted(number, moment, moments.getLast()));
        }
        moments.add(moment);
      } else {
        long change = Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
        if (data.contains("\"reset\"") || (lastChange >= 0 && change != lastChange + 1)) {
          problems.add("tab %d heard change %d after %d".formatted(number, change, lastChange));
        }
        lastChange = change;
        changes++;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    client.shutdownNow();
    client.close();
  }
}
