package dev.javelin.api.admin;

import dev.javelin.api.Audited;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.security.QuotaUsage;
import dev.javelin.security.Quotas;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
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
  QuotaView one(@PathVariable String tenant) {
    return stored
        .find(tenant)
        .map(this::view)
        .orElseThrow(
            () -> Problem.notFound("the tenant '%s' has no quota of its own".formatted(tenant)));
  }

  @PutMapping("/{tenant}")
  QuotaView put(
      @PathVariable @Pattern(regexp = "^[A-Za-z0-9:._@-]{1,64}$") String tenant,
      @Valid @RequestBody LimitsBody body,
      ServerWebExchange exchange) {
    @Nullable LimitsBody before = limits(tenant);
    TenantQuota after = stored.put(tenant, body.limits());
    quotas.forget(tenant);
    Audited.change(exchange, before, LimitsBody.of(after.limits()));
    return view(after);
  }

  @DeleteMapping("/{tenant}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable String tenant, ServerWebExchange exchange) {
    @Nullable LimitsBody before = limits(tenant);
    if (!stored.delete(tenant)) {
      throw Problem.notFound("the tenant '%s' has no quota of its own".formatted(tenant));
    }
    quotas.forget(tenant);
    Audited.change(exchange, before, null);
  }

  private @Nullable LimitsBody limits(String tenant) {
    return stored.find(tenant).map(quota -> LimitsBody.of(quota.limits())).orElse(null);
  }

  private QuotaView view(TenantQuota quota) {
    return new QuotaView(
        quota.tenant(), LimitsBody.of(quota.limits()), quotas.ofTenant(quota.tenant()));
  }
}
