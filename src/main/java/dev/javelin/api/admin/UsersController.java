package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Account;
import dev.javelin.security.People;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Roles;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
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
  @Answers(201)
  ResponseEntity<CreatedUser> create(@Valid @RequestBody NewUser body, ServerWebExchange exchange) {
    var made = people.create(body.name(), Roles.of(body.role()), body.password());
    Audited.change(exchange, null, UserView.of(made.account()));
    if (made.oneTimePassword() != null) {
      ShownOnce.mark(exchange);
    }
    return ResponseEntity.created(URI.create("/api/v1/users/" + made.account().name()))
        .eTag(tag(made.account()))
        .body(new CreatedUser(UserView.of(made.account()), made.oneTimePassword()));
  }

  @GetMapping("/{name}")
  ResponseEntity<UserView> one(@PathVariable String name) {
    return tagged(require(name));
  }

  @PutMapping("/{name}")
  ResponseEntity<UserView> change(
      @PathVariable String name,
      @Valid @RequestBody RoleBody body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Account before = require(name);
    Revision revision = ETags.required(ifMatch, before.id(), before.revision());
    Account after = people.changeRole(name, Roles.of(body.role()), revision);
    Audited.change(exchange, UserView.of(before), UserView.of(after));
    return tagged(after);
  }

  /** A new one-time password, for who forgot theirs. */
  @PostMapping("/{name}/password")
  CreatedUser resetPassword(@PathVariable String name, ServerWebExchange exchange) {
    UserView before = UserView.of(require(name));
    var made = people.resetPassword(name);
    Audited.change(exchange, before, UserView.of(made.account()));
    ShownOnce.mark(exchange);
    return new CreatedUser(UserView.of(made.account()), made.oneTimePassword());
  }

  @DeleteMapping("/{name}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @PathVariable String name,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Account before = require(name);
    Revision revision = ETags.required(ifMatch, before.id(), before.revision());
    people.delete(name, revision);
    Audited.change(exchange, UserView.of(before), null);
  }

  private static ResponseEntity<UserView> tagged(Account account) {
    return ResponseEntity.ok().eTag(tag(account)).body(UserView.of(account));
  }

  private static String tag(Account account) {
    return ETags.of(account.id(), account.revision());
  }

  private Account require(String name) {
    return people
        .find(name)
        .orElseThrow(
            () -> new ProblemException(Type.NOT_FOUND, "there is no user '%s'".formatted(name)));
  }
}
