package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.service.Events;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What a tab hears, and what it hears again after its connection broke. */
@ServerTest
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LiveStreamTests {
  private record Heard(String id, String name, String data) {}

  @LocalServerPort int port;
  @Autowired Events events;
  @Autowired TestKeys keys;
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  /** One open connection. */
  private record Tab(BufferedReader lines) {
    Heard next(String wanted) throws IOException {
      String id = "";
      String name = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id:")) {
          id = line.substring(3);
        } else if (line.startsWith("event:")) {
          name = line.substring(6);
        } else if (line.startsWith("data:") && name.equals(wanted)) {
          return new Heard(id, name, line.substring(5));
        }
      }
      throw new AssertionError("the stream ended");
    }

    /** The next change of this key; of what other tests left there may be some before it. */
    Heard nextOf(String key) throws IOException {
      Heard change = next("change");
      while (!change.data().contains("\"key\":\"%s\"".formatted(key))) {
        change = next("change");
      }
      return change;
    }
  }

  private Tab open(String lastId, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/console/events"));
    headers.forEach(request::header);
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    var response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new Tab(
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
  }

  /** All moments up to the one with this id. */
  private static List<Heard> upTo(Tab tab, String id) throws IOException {
    List<Heard> all = new ArrayList<>();
    do {
      all.add(tab.next("moment"));
    } while (!all.getLast().id().equals(id));
    return all;
  }

  @Test
  void tabsShareTheirMomentsAndOneThatComesBackHearsWhatItMissed() throws Exception {
    Tab one = open("", Map.of());
    Heard first = one.next("moment");
    assertThat(first.data()).contains("\"name\":\"pom.xml\"", "\"HEAP_BYTES\":");
    Heard missed = one.next("moment");
    // It may have begun with one that the first tab heard before.
    Tab other = open("", Map.of());
    other.next("moment");
    Heard shared = other.next("moment");
    List<Heard> since = upTo(one, shared.id());
    assertThat(since.getLast()).isEqualTo(shared);
    Tab back = open(first.id(), Map.of());
    assertThat(back.next("moment")).isEqualTo(missed);
    assertThat(upTo(back, shared.id())).isEqualTo(since);
  }

  @Test
  void changesComeAgainForWhoMaySeeThemAndNotForOthers() throws Exception {
    Map<String, String> viewer = Map.of("x-api-key", keys.with(Role.VIEWER));
    Tab tab = open("", viewer);
    String before = tab.next("moment").id();
    Tab local = open("", Map.of());
    local.next("moment");
    events.publish("alias", "first", null);
    events.publish("alias", "second", "</script>");
    Heard first = tab.nextOf("first");
    tab.nextOf("second");
    assertThat(before).isNotEqualTo(first.id());

    open(first.id(), viewer).nextOf("second");
    assertThat(local.next("moment").name()).isEqualTo("moment");
    assertThat(open("4/deadbeef-7", viewer).next("change").data()).contains("\"type\":\"reset\"");
  }

  @Test
  void whatHappensBetweenAPageAndItsStreamIsHeard() throws Exception {
    Map<String, String> viewer = Map.of("x-api-key", keys.with(Role.VIEWER));
    HttpRequest.Builder page =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/console/overview"));
    viewer.forEach(page::header);
    String body = client.send(page.build(), HttpResponse.BodyHandlers.ofString()).body();
    String seen = body.replaceFirst("(?s).*data-seen=\"([^\"]+)\".*", "$1");
    events.publish("alias", "between", null);
    assertThat(open(seen, viewer).nextOf("between").name()).isEqualTo("change");
  }
}
