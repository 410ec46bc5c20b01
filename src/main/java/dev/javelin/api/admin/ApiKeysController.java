package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.Limits;
import dev.javelin.security.Caller;
import dev.javelin.security.Keys;
import dev.javelin.security.QuotaUsage;
import dev.javelin.security.Quotas;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import dev.javelin.service.Roles;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/api-keys}: one's own; an administrator's are everyone's. */
@RestController
@RequestMapping("/api/v1/api-keys")
final class ApiKeysController {
  /**
   * @param tenant whose share of the server the key uses; null: the caller's; another's only for an
   *     administrator
   * @param role beside inference; null: none; at most the caller's own
   * @param aliases the models it may call; null or empty: all
   * @param expiresAt null: never
   */
  record NewKey(
      @NotNull @Size(min = 1, max = 255) String name,
      @Pattern(regexp = "^[A-Za-z0-9:._@-]{1,64}$") @Nullable String tenant,
      @Nullable String role,
      @Size(max = 30) @Nullable Set<@Pattern(regexp = "^[^\\s]{1,128}$") String> aliases,
      @Nullable Instant expiresAt,
      @Valid @Nullable LimitsBody limits) {}

  /**
   * @param secret the whole key, shown only now
   */
  record CreatedKey(KeyView key, String secret) {
    @Override
    public String toString() {
      return "CreatedKey[" + key + "]";
    }
  }

  record WithUsage(KeyView key, QuotaUsage usage) {}

  record KeyList(List<KeyView> items) {}

  private final Keys keys;
  private final Quotas quotas;

  ApiKeysController(Keys keys, Quotas quotas) {
    this.keys = keys;
    this.quotas = quotas;
  }

  @GetMapping
  KeyList list(ServerWebExchange exchange) {
    return new KeyList(keys.visibleTo(Caller.of(exchange)).stream().map(KeyView::of).toList());
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  CreatedKey create(@Valid @RequestBody NewKey body, ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    Keys.Made made =
        keys.create(
            caller,
            body.name(),
            Optional.ofNullable(body.tenant()),
            Optional.ofNullable(body.role()).map(Roles::of),
            body.aliases() == null ? Set.of() : body.aliases(),
            body.limits() == null ? Limits.NONE : body.limits().limits(),
            body.expiresAt());
    Audited.change(exchange, null, KeyView.of(made.key()));
    ShownOnce.mark(exchange);
    return new CreatedKey(KeyView.of(made.key()), made.text().reveal());
  }

  @GetMapping("/{id}")
  WithUsage one(@PathVariable String id, ServerWebExchange exchange) {
    return new WithUsage(KeyView.of(require(id, exchange)), quotas.ofKey(id));
  }

  /** Ends the key for good, at once. */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable String id, ServerWebExchange exchange) {
    KeyView before = KeyView.of(require(id, exchange));
    Audited.change(exchange, before, keys.revoke(id).map(KeyView::of).orElse(null));
  }

  private ApiKey require(String id, ServerWebExchange exchange) {
    return keys.visibleTo(Caller.of(exchange)).stream()
        .filter(key -> key.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new ProblemException(
                    Type.NOT_FOUND, "there is no key '%s' of yours".formatted(id)));
  }
}
