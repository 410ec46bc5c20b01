package dev.javelin.api;

import java.sql.Connection;
import java.sql.SQLException;
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
  private static final int DATABASE_SECONDS = 2;

  private final DataSource database;
  private final Scheduler blocking;

  ProbeController(DataSource database, Scheduler blocking) {
    this.database = database;
    this.blocking = blocking;
  }

  @GetMapping("/livez")
  Map<String, String> live() {
    return Map.of("status", "live");
  }

  /** Never waits for a model: the console must be reachable when a load fails. */
  @GetMapping("/readyz")
  Mono<ResponseEntity<Map<String, String>>> ready() {
    return Mono.fromCallable(this::databaseAnswers)
        .subscribeOn(blocking)
        .map(
            answers ->
                answers
                    ? ResponseEntity.ok(Map.of("status", "ready"))
                    : ResponseEntity.status(503)
                        .body(Map.of("status", "not ready", "reason", "the database is silent")));
  }

  private boolean databaseAnswers() {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(DATABASE_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }
}
