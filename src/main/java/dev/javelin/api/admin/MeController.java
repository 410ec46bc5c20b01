package dev.javelin.api.admin;

import dev.javelin.catalog.account.Role;
import dev.javelin.security.Caller;
import dev.javelin.security.PasswordChange;
import dev.javelin.service.Problem;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/me}: who the caller is to the server. */
@RestController
final class MeController {
  /**
   * @param role null for a key that is for inference alone
   */
  record MeView(String name, String tenant, @Nullable String role, boolean mustChangePassword) {}

  private final PasswordChange passwords;

  MeController(PasswordChange passwords) {
    this.passwords = passwords;
  }

  @GetMapping("/api/v1/me")
  MeView me(ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    return new MeView(
        caller.name(),
        caller.tenant(),
        caller.role().map(Role::word).orElse(null),
        caller instanceof Caller.User user && user.mustChangePassword());
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
    } catch (PasswordChange.Refused refused) {
      String why = String.valueOf(refused.getMessage());
      throw new ProblemException(
          switch (refused.reason()) {
            case OLD_WRONG -> Problem.ofField("/old", why);
            case SAME, LENGTH -> Problem.ofField("/next", why);
            case NO_PASSWORD, THROTTLED -> Problem.of(Type.INVALID_REQUEST, why);
          });
    }
  }
}
