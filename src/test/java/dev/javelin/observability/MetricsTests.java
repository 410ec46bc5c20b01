package dev.javelin.observability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient;
import dev.javelin.catalog.account.Limits;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServerTest
class MetricsTests {
  private static final String CHAT =
      "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  @LocalServerPort int port;
  @Autowired FakeModelOpener opener;
  @Autowired TestKeys keys;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void aChatMovesEveryFigureUnderItsDocumentedName() throws Exception {
    opener.engine.says(FinishReason.STOP, "a", "b", "c");
    HttpRequest chat =
        HttpRequest.newBuilder(uri("/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(CHAT))
            .build();
    double before = value("javelin_requests_total{finished_reason=\"stop\",model=\"pom.xml\"}");
    assertThat(client.send(chat, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    String page = scrape();
    assertThat(value("javelin_requests_total{finished_reason=\"stop\",model=\"pom.xml\"}") - before)
        .isEqualTo(1);
    for (String histogram :
        new String[] {
          "javelin_time_to_first_token_seconds",
          "javelin_inter_token_latency_seconds",
          "javelin_time_per_output_token_seconds",
          "javelin_e2e_request_latency_seconds",
          "javelin_request_queue_time_seconds",
          "javelin_request_prefill_time_seconds",
          "javelin_request_decode_time_seconds",
          "gen_ai_server_time_to_first_token_seconds",
          "gen_ai_server_time_per_output_token_seconds"
        }) {
      assertThat(page)
          .contains(
              histogram + "_bucket{model=\"pom.xml\",le=\"0.001\"}",
              histogram + "_bucket{model=\"pom.xml\",le=\"0.0025\"}",
              histogram + "_bucket{model=\"pom.xml\",le=\"250.0\"}");
      assertThat(value(histogram + "_count{model=\"pom.xml\"}")).as(histogram).isPositive();
    }
    for (String name :
        new String[] {
          "javelin_num_requests_running",
          "javelin_num_requests_waiting",
          "javelin_kv_cache_usage",
          "javelin_engine_serving",
          "javelin_prefix_cache_queries_total",
          "javelin_prefix_cache_hits_total",
          "javelin_num_preemptions_total",
          "javelin_prompt_tokens_total",
          "javelin_prompt_tokens_cached_total",
          "javelin_generation_tokens_total",
          "javelin_engine_steps_total",
          "javelin_engine_overlapped_steps_total"
        }) {
      assertThat(page).contains(name + "{model=\"pom.xml\"}");
    }
    for (String reason : new String[] {"budget", "sequences", "blocks", "fairness", "constraint"}) {
      assertThat(page)
          .contains("javelin_requests_waiting_for{model=\"pom.xml\",reason=\"" + reason + "\"}");
    }
    assertThat(page)
        .contains(
            "javelin_requests_total{finished_reason=\"stop\",model=\"pom.xml\"}",
            "javelin_memory_bytes{owner=\"pom.xml\",part=\"weights\"}",
            "javelin_memory_bytes{owner=\"pom.xml\",part=\"kv_cache\"}",
            "javelin_audit_lost_total 0.0");
    // Other tests may have loaded more.
    assertThat(value("javelin_models_loaded")).isPositive();
  }

  @Test
  void whatTookTooLongAndWhatALimitRefusedIsCounted() throws Exception {
    ApiClient admin = new ApiClient(port, keys.with(Role.ADMIN));
    String late = "resilience4j_timelimiter_calls_total{kind=\"timeout\",name=\"requests\"}";
    String refused = "javelin_quota_refused_total{quota=\"requests_per_minute\"}";
    double lateBefore = value(late);
    double refusedBefore = value(refused);
    long expired = admin.get("/api/v1/guards").json().at("/timeLimit/expired").longValue();
    opener.engine.failsWith(ErrorCode.DEADLINE_EXCEEDED);
    ApiClient once =
        new ApiClient(
            port, keys.make(Optional.empty(), Set.of(), new Limits(1L, null, null, null), null));
    once.post("/v1/chat/completions", CHAT).is(503);
    once.post("/v1/chat/completions", CHAT).is(429);
    assertThat(value(late) - lateBefore).isEqualTo(1);
    assertThat(value(refused) - refusedBefore).isEqualTo(1);
    JsonNode guards = admin.get("/api/v1/guards").is(200).json();
    assertThat(guards.at("/timeLimit/seconds").doubleValue()).isEqualTo(600);
    assertThat(guards.at("/timeLimit/expired").longValue()).isEqualTo(expired + 1);
    assertThat(guards.at("/rateLimits").findValuesAsString("quota"))
        .containsExactly(
            "requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrent_requests");
    assertThat(guards.at("/rateLimits/0/refused").longValue()).isPositive();
  }

  @Test
  void healthSaysWhetherModelsCanAnswer() throws Exception {
    assertThat(get("/actuator/health/inference")).isEqualTo("{\"status\":\"UP\"}");
  }

  private double value(String series) throws Exception {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  private String scrape() throws Exception {
    return get("/actuator/prometheus");
  }

  private String get(String path) throws Exception {
    return client
        .send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
