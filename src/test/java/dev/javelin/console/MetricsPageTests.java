package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakePlanner;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import dev.javelin.service.AliasChanges;
import dev.javelin.service.Series;
import dev.javelin.service.Span;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The metrics' page and what its script reads. */
@ServerTest
class MetricsPageTests {
  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired Aliases aliases;
  @Autowired AliasChanges changes;
  @Autowired LoadProfiles profiles;
  @Autowired FakePlanner planner;
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    aliases.find("moved").ifPresent(_ -> changes.delete("moved", Revision.ANY));
    client.shutdownNow();
  }

  private HttpResponse<String> get(String path, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Accept", "text/html,*/*");
    if (!key.isEmpty()) {
      request.header("x-api-key", key);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void everySpanHasItsPointsOfEverySeriesAndEverySeriesItsChart() throws Exception {
    String all =
        Stream.of(Series.values())
            .map(series -> series.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(","));
    Map<Span, Long> steps =
        Map.of(
            Span.QUARTER_HOUR,
            1_000L,
            Span.DAY,
            120_000L,
            Span.WEEK,
            900_000L,
            Span.MONTH,
            3_600_000L);
    for (Span span : Span.values()) {
      HttpResponse<String> answer =
          get("/console/series?series=%s&span=%s".formatted(all, span.word()), "");
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode ranges = new JsonMapper().readTree(answer.body());
      assertThat(ranges.size()).isEqualTo(Series.values().length);
      for (JsonNode range : ranges) {
        assertThat(range.path("stepMillis").longValue()).isEqualTo(steps.get(span));
        assertThat(range.path("values").size()).isEqualTo(span.points());
      }
      String page = get("/console/metrics?span=" + span.word(), "").body();
      assertThat(page).contains("data-span=\"%s\" aria-current=\"true\"".formatted(span.word()));
      for (String series : all.split(",")) {
        assertThat(page).contains("data-series=\"" + series + "\"");
      }
    }
    assertThat(get("/console/metrics?span=for-ever", "").body())
        .contains("data-span=\"quarter-hour\" aria-current=\"true\"");
    assertThat(get("/console/series?series=cpu&span=for-ever", "").statusCode()).isEqualTo(400);
    assertThat(get("/console/series?series=beauty", "").statusCode()).isEqualTo(400);
  }

  @Test
  void aChartsValuesAreATableForWhomAsksForThem() throws Exception {
    assertThat(get("/console/metrics", "").body()).doesNotContain("data-chart=");
    String one = get("/console/metrics?span=day&values=ttft,heap", "").body();
    assertThat(one.split("data-chart=\"(ttft|heap)\"", -1)).hasSize(3);
    assertThat(one.split("<time", -1)).hasSize(1 + 2 * Span.DAY.rows());
    for (Span span : Span.values()) {
      assertThat(span.points() % span.rows()).isZero();
      String all = get("/console/metrics?span=%s&values=all".formatted(span.word()), "").body();
      int charts = all.split("role=\"slider\"", -1).length - 1;
      assertThat(all.split("data-chart=", -1)).hasSize(1 + charts);
      assertThat(all.split("<time", -1)).hasSize(1 + charts * span.rows());
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void howBusyADeviceIsIsShownWhereOneTells() throws Exception {
    assertThat(busy().isMissingNode()).isTrue();
    planner.activity =
        List.of(new DeviceActivity("cuda:0", 0.25), new DeviceActivity("cuda:1", 0.75));
    try {
      while (busy().isMissingNode()) {
        Thread.onSpinWait();
      }
      assertThat(busy().doubleValue()).isEqualTo(0.5);
    } finally {
      planner.activity = List.of();
    }
  }

  private JsonNode busy() throws Exception {
    return new JsonMapper().readTree(get("/console/live", "").body()).at("/now/DEVICE_BUSY");
  }

  @Test
  void aSwapIsListedForWhoMaySeeItAndOtherChangesAreNot() throws Exception {
    Alias served = aliases.require("pom.xml");
    AliasTarget first = AliasChanges.target(served);
    profiles.put(first.model(), "swapped-to", "{\"contextLength\":128}", Revision.ANY);
    AliasPolicy manual = new AliasPolicy(AliasPolicy.Loading.MANUAL, false, null);
    AliasTarget second =
        new AliasTarget(first.model(), first.version(), "swapped-to", first.decodingProfile());
    for (AliasTarget target : new AliasTarget[] {first, first, second, second}) {
      changes.put("moved", target, manual, Revision.ANY, "ada", "<b>because</b>");
    }
    String from = first.model() + ":1/" + first.loadProfile();
    String to = first.model() + ":1/swapped-to";
    String page = get("/console/metrics?span=month", keys.with(Role.VIEWER)).body();
    assertThat(page)
        .containsOnlyOnce("data-label=\"moved: " + from + " → " + to + "\"")
        .contains(">ada<", "&lt;b&gt;because&lt;/b&gt;")
        .doesNotContain("<b>because");
    assertThat(get("/console/metrics", "").body())
        .contains("Swaps are shown to whoever is logged in")
        .doesNotContain("moved");
  }
}
