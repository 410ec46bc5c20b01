package dev.javelin.api.admin;

import dev.javelin.api.JsonBodies;
import dev.javelin.catalog.account.Role;
import dev.javelin.security.Caller;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/me}: who the caller is to the server. */
@RestController
final class MeController {
  private final JsonBodies bodies;

  MeController(JsonBodies bodies) {
    this.bodies = bodies;
  }

  @GetMapping("/api/v1/me")
  Mono<Void> me(ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", caller.name())
            .put("tenant", caller.tenant())
            .put("role", caller.role().map(Role::word).orElse(null))
            .put(
                "mustChangePassword",
                caller instanceof Caller.User user && user.mustChangePassword());
    return bodies.write(exchange, HttpStatus.OK, body);
  }
}
