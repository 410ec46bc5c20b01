package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.Role;
import dev.javelin.security.People;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/users}: the people who may log in. */
@RestController
@RequestMapping("/api/v1/users")
final class UsersController {
  /**
   * @param password null: one is made for one use
   */
  record NewUser(@NotNull String name, @NotNull String role, @Nullable String password) {
    @Override
    public String toString() {
      return "NewUser[name=" + name + ", role=" + role + "]";
    }
  }

  record RoleBody(@NotNull String role) {}

  record UserView(
      String name, String role, boolean mustChangePassword, Instant createdAt, long revision) {
    static UserView of(Account account) {
      return new UserView(
          account.name(),
          account.role().word(),
          account.mustChangePassword(),
          account.createdAt(),
          account.revision());
    }
  }

  /**
   * @param oneTimePassword shown only now; null if the caller gave a password
   */
  record CreatedUser(UserView user, @Nullable String oneTimePassword) {
    @Override
    public String toString() {
      return "CreatedUser[" + user + "]";
    }
  }

  record Users(List<UserView> items) {}

  private final People people;

  UsersController(People people) {
    this.people = people;
  }

  @GetMapping
  Users list() {
    return new Users(people.list().stream().map(UserView::of).toList());
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  CreatedUser create(@Valid @RequestBody NewUser body, ServerWebExchange exchange) {
    var made = valid(() -> people.create(body.name(), role(body.role()), body.password()));
    Audited.change(exchange, null, UserView.of(made.account()));
    return new CreatedUser(UserView.of(made.account()), made.oneTimePassword());
  }

  @GetMapping("/{name}")
  UserView one(@PathVariable String name) {
    return UserView.of(require(name));
  }

  @PutMapping("/{name}")
  UserView change(
      @PathVariable String name, @Valid @RequestBody RoleBody body, ServerWebExchange exchange) {
    UserView before = UserView.of(require(name));
    UserView after = UserView.of(valid(() -> people.changeRole(name, role(body.role()))));
    Audited.change(exchange, before, after);
    return after;
  }

  /** A new one-time password, for who forgot theirs. */
  @PostMapping("/{name}/password")
  CreatedUser resetPassword(@PathVariable String name, ServerWebExchange exchange) {
    UserView before = UserView.of(require(name));
    var made = people.resetPassword(name);
    Audited.change(exchange, before, UserView.of(made.account()));
    return new CreatedUser(UserView.of(made.account()), made.oneTimePassword());
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable String name, ServerWebExchange exchange) {
    UserView before = UserView.of(require(name));
    valid(
        () -> {
          people.delete(name);
          return name;
        });
    Audited.change(exchange, before, null);
  }

  private Account require(String name) {
    return people
        .find(name)
        .orElseThrow(() -> Problem.notFound("there is no user '%s'".formatted(name)));
  }

  private static Role role(String word) {
    return Role.of(word)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "role must be viewer, developer, operator, deployer or admin, but is '%s'"
                        .formatted(word)));
  }

  private static <T> T valid(Supplier<T> change) {
    try {
      return change.get();
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(String.valueOf(e.getMessage()));
    }
  }
}
