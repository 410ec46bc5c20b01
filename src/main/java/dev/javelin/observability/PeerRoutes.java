package dev.javelin.observability;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Health, version and figures under the paths that vLLM and llama.cpp have them at, where load
 * generators and balancers look for them.
 */
@RestController
final class PeerRoutes {
  private final InferenceHealth health;
  private final PrometheusMeterRegistry figures;
  private final String version;

  /**
   * @param build absent where the classes run without their package
   */
  PeerRoutes(
      InferenceHealth health,
      PrometheusMeterRegistry figures,
      ObjectProvider<BuildProperties> build) {
    this.health = health;
    this.figures = figures;
    BuildProperties known = build.getIfAvailable();
    version = known == null ? "unknown" : String.valueOf(known.getVersion());
  }

  /** Whether a request would be answered: 503 while a model that is served at the start loads. */
  @GetMapping("/health")
  ResponseEntity<Map<String, String>> health() {
    return health.health().getStatus().equals(Status.UP)
        ? ResponseEntity.ok(Map.of("status", "ok"))
        : ResponseEntity.status(503)
            .header("Retry-After", "1")
            .body(
                Map.of(
                    "status",
                    "unavailable",
                    "reason",
                    "a model is still loading or failed to load; GET /v1/models lists them"));
  }

  @GetMapping("/version")
  Map<String, String> version() {
    return Map.of("version", version);
  }

  @GetMapping(path = "/metrics", produces = "text/plain;version=0.0.4;charset=utf-8")
  String metrics() {
    return figures.scrape();
  }
}
