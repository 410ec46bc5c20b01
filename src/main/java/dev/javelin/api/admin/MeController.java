package dev.javelin.api.admin;

import dev.javelin.api.JsonBodies;
import dev.javelin.catalog.account.Role;
import dev.javelin.security.Caller;
import dev.javelin.security.PasswordChange;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/me}: who the caller is to the server. */
@RestController
final class MeController {
  private final JsonBodies bodies;
  private final PasswordChange passwords;

  MeController(JsonBodies bodies, PasswordChange passwords) {
    this.bodies = bodies;
    this.passwords = passwords;
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

  record Passwords(@NotNull String old, @NotNull String next) {
    /** Without the passwords, which must not reach a log. */
    @Override
    public String toString() {
      return "Passwords[]";
    }
  }

  @PostMapping("/api/v1/me/password")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void changePassword(@Valid @RequestBody Passwords given, ServerWebExchange exchange) {
    try {
      passwords.change(Caller.of(exchange), given.old(), given.next());
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(String.valueOf(e.getMessage()));
    }
  }
}
