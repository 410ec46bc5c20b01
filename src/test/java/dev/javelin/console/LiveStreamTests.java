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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What a tab hears, and what it hears again after its connection broke. */
@ServerTest
@Timeout(30)
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

  @Test
  void tabsShareTheirMomentsAndOneThatComesBackHearsWhatItMissed() throws Exception {
    Tab one = open("", Map.of());
    Heard first = one.next("moment");
    Tab other = open("", Map.of());
    Heard shared = other.next("moment");
    Heard second = first.id().equals(shared.id()) ? other.next("moment") : shared;
    assertThat(one.next("moment")).isEqualTo(second);
    assertThat(first.data()).contains("\"name\":\"pom.xml\"", "\"HEAP_BYTES\":");

    Tab back = open(first.id(), Map.of());
    assertThat(back.next("moment")).isEqualTo(second);
    assertThat(back.next("moment").id()).isNotEqualTo(second.id());
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
    Heard first = tab.next("change");
    assertThat(first.data()).contains("\"key\":\"first\"");
    assertThat(tab.next("change").data()).contains("\"key\":\"second\"");
    assertThat(before).isNotEqualTo(first.id());

    assertThat(open(first.id(), viewer).next("change").data()).contains("\"key\":\"second\"");
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
    assertThat(open(seen, viewer).next("change").data()).contains("\"key\":\"between\"");
  }
}
