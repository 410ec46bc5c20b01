package dev.javelin.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@ServerTest
class EventsApiTests {
  /** One event as it came over the wire. */
  private record Heard(String id, String type, String data) {}

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  private final HttpClient client = HttpClient.newHttpClient();
  private String key = "";
  private ApiClient api = new ApiClient(0, "");

  @BeforeEach
  void connect() {
    key = keys.with(Role.ADMIN);
    api = new ApiClient(port, key);
  }

  @Test
  void whoWasAwayHearsWhatItMissedAndThenWhatComes() throws Exception {
    String first = made();
    String id;
    try (BufferedReader live = listen(null)) {
      assertThat(live.readLine()).startsWith(":"); // connected
      String second = made();
      Heard heard = next(live, second);
      assertThat(heard.type()).isEqualTo("model");
      id = heard.id();
    }
    List<String> missed = List.of(made(), made());
    try (BufferedReader again = listen(id)) {
      List<Heard> heard = new ArrayList<>();
      for (String name : missed) {
        heard.add(next(again, name));
      }
      String comes = made();
      heard.add(next(again, comes));
      assertThat(heard).extracting(Heard::id).doesNotHaveDuplicates().doesNotContain(id);
      assertThat(heard).noneMatch(event -> event.data().contains(first));
    }
  }

  @Test
  void whoWasAwayTooLongIsTold() throws Exception {
    for (String unknown : List.of("00000000-1", "x")) {
      try (BufferedReader events = listen(unknown)) {
        Heard reset = next(events, "");
        assertThat(reset.type()).isEqualTo("reset");
        String name = made();
        assertThat(next(events, name).id()).isNotEqualTo(reset.id());
      }
    }
  }

  private String made() {
    String name = "e-" + UUID.randomUUID();
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(name)).is(201);
    return name;
  }

  private BufferedReader listen(@Nullable String lastId) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/events"))
            .header("Authorization", "Bearer " + key);
    if (lastId != null) {
      request.header("Last-Event-ID", lastId);
    }
    HttpResponse<InputStream> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The next event whose data names {@code what}. */
  private static Heard next(BufferedReader events, String what) throws IOException {
    String id = "";
    String type = "";
    String data = "";
    String line;
    while ((line = events.readLine()) != null) {
      if (line.startsWith("id:")) {
        id = line.substring(3);
      } else if (line.startsWith("event:")) {
        type = line.substring(6);
      } else if (line.startsWith("data:")) {
        data = line.substring(5);
      } else if (line.isEmpty() && !id.isEmpty()) {
        if (data.contains(what)) {
          return new Heard(id, type, data);
        }
        id = "";
      }
    }
    throw new AssertionError("the stream ended");
  }
}
