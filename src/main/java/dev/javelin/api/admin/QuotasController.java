package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.security.QuotaUsage;
import dev.javelin.security.Quotas;
import dev.javelin.service.Problem.Type;
import dev.javelin.service.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

/** {@code /api/v1/quotas}: how much each tenant may use, and uses. A key's own limits are its. */
@RestController
@RequestMapping("/api/v1/quotas")
final class QuotasController {
  record QuotaView(String tenant, LimitsBody limits, QuotaUsage usage) {}

  record QuotaList(List<QuotaView> items) {}

  private final TenantQuotas stored;
  private final Quotas quotas;

  QuotasController(TenantQuotas stored, Quotas quotas) {
    this.stored = stored;
    this.quotas = quotas;
  }

  @GetMapping
  QuotaList list() {
    return new QuotaList(stored.list().stream().map(this::view).toList());
  }

  @GetMapping("/{tenant}")
  ResponseEntity<QuotaView> one(@PathVariable String tenant) {
    return tagged(HttpStatus.OK, require(tenant));
  }

  private TenantQuota require(String tenant) {
    return stored
        .find(tenant)
        .orElseThrow(
            () ->
                new ProblemException(
                    Type.NOT_FOUND, "the tenant '%s' has no quota of its own".formatted(tenant)));
  }

  /** Gives a tenant limits; with If-Match, replaces those that it has. */
  @PutMapping("/{tenant}")
  @Answers({200, 201})
  ResponseEntity<QuotaView> put(
      @PathVariable @Pattern(regexp = "^[A-Za-z0-9:._@-]{1,64}$") String tenant,
      @Valid @RequestBody LimitsBody body,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    Optional<TenantQuota> known = stored.find(tenant);
    Revision revision =
        known.isPresent()
            ? ETags.required(ifMatch, id(known.get()), known.get().revision())
            : ETags.absent(ifMatch);
    TenantQuota after = stored.put(tenant, body.limits(), revision);
    quotas.forget(tenant);
    Audited.change(
        exchange,
        known.map(before -> LimitsBody.of(before.limits())).orElse(null),
        LimitsBody.of(after.limits()));
    return tagged(known.isPresent() ? HttpStatus.OK : HttpStatus.CREATED, after);
  }

  @DeleteMapping("/{tenant}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @PathVariable String tenant,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      ServerWebExchange exchange) {
    TenantQuota before = require(tenant);
    stored.delete(tenant, ETags.required(ifMatch, id(before), before.revision()));
    quotas.forget(tenant);
    Audited.change(exchange, LimitsBody.of(before.limits()), null);
  }

  private ResponseEntity<QuotaView> tagged(HttpStatus status, TenantQuota quota) {
    return ResponseEntity.status(status)
        .eTag(ETags.of(id(quota), quota.revision()))
        .body(view(quota));
  }

  /** Made of what it says: its row has none, and one made after it begins at the same revision. */
  private static UUID id(TenantQuota quota) {
    String state = quota.tenant() + ' ' + quota.limits();
    return UUID.nameUUIDFromBytes(state.getBytes(StandardCharsets.UTF_8));
  }

  private QuotaView view(TenantQuota quota) {
    return new QuotaView(
        quota.tenant(), LimitsBody.of(quota.limits()), quotas.ofTenant(quota.tenant()));
  }
}
