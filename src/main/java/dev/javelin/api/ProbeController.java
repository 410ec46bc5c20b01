package dev.javelin.api;

import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Whether the process lives, and whether it can do its work. */
@RestController
final class ProbeController {
  /** Less than the second that whoever probes is usually willing to wait. */
  private static final Duration PATIENCE = Duration.ofMillis(700);

  private final DataSource database;
  private final ModelRegistry models;
  private final Scheduler blocking;

  ProbeController(DataSource database, ModelRegistry models, Scheduler blocking) {
    this.database = database;
    this.models = models;
    this.blocking = blocking;
  }

  @GetMapping("/livez")
  Map<String, String> live() {
    return Map.of("status", "live");
  }

  /**
   * Never waits for a model: the console must be reachable when a load fails. Without the database
   * a server whose models answer still has work to do, so requests must not be led past it.
   */
  @GetMapping("/readyz")
  Mono<ResponseEntity<Map<String, String>>> ready() {
    return Mono.fromCallable(this::databaseAnswers)
        .subscribeOn(blocking)
        .timeout(PATIENCE, Mono.just(false))
        .map(answers -> answers ? ResponseEntity.ok(Map.of("status", "ready")) : withoutDatabase());
  }

  private ResponseEntity<Map<String, String>> withoutDatabase() {
    boolean serves =
        models.list().stream().anyMatch(model -> model.state() instanceof ServedModel.State.Ready);
    return serves
        ? ResponseEntity.ok(
            Map.of(
                "status",
                "degraded",
                "reason",
                "the database does not answer; inference goes on, management does not"))
        : ResponseEntity.status(503)
            .body(
                Map.of(
                    "status",
                    "not ready",
                    "reason",
                    "the database does not answer, and no model is in memory"));
  }

  private boolean databaseAnswers() {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }
}
