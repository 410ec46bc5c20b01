package dev.javelin.api.admin;

import dev.javelin.service.Guards;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/guards}: circuit breakers, bulkheads, the time limit and rate limits. */
@RestController
final class GuardsController {
  private final Guards guards;

  GuardsController(Guards guards) {
    this.guards = guards;
  }

  /** Of this server. */
  @GetMapping("/api/v1/guards")
  Guards.GuardsView guards() {
    return guards.view();
  }
}
