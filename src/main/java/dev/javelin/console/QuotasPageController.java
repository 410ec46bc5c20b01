package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.api.admin.LimitsBody;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.security.Quotas;
import jakarta.validation.Valid;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/access/quotas}: what each tenant may use, and uses. */
@Controller
final class QuotasPageController {
  private static final String HERE = "redirect:/console/access/quotas";

  private final TenantQuotas stored;
  private final Quotas quotas;

  QuotasPageController(TenantQuotas stored, Quotas quotas) {
    this.stored = stored;
    this.quotas = quotas;
  }

  /**
   * @param tenant whose limits are about to be changed; absent: a new one's
   */
  @GetMapping("/console/access/quotas")
  String quotas(
      @RequestParam(required = false) @Nullable String tenant,
      Model view,
      ServerWebExchange exchange) {
    if (tenant == null || !Caller.of(exchange).may(Access.ADMIN)) {
      view.addAttribute("form", QuotaForm.of(""));
      view.addAttribute("editing", false);
    } else {
      view.addAttribute(
          "form", stored.find(tenant).map(QuotaForm::of).orElse(QuotaForm.of(tenant)));
      view.addAttribute("editing", true);
    }
    return quotasPage(view, exchange);
  }

  @PostMapping("/console/access/quotas")
  String putQuota(
      @Valid @ModelAttribute("form") QuotaForm form,
      BindingResult errors,
      Model view,
      ServerWebExchange exchange) {
    LimitsBody before = limits(form.tenant());
    Optional<TenantQuota> after =
        AccessPages.attempt(
            errors, view, exchange, () -> stored.put(form.tenant(), form.limits(), form.seen()));
    if (after.isEmpty()) {
      return refused(form, view, exchange);
    }
    quotas.forget(form.tenant());
    Audited.change(exchange, before, LimitsBody.of(after.get().limits()));
    return HERE;
  }

  /** What was written, meant for what is stored now; where somebody else was first, beside it. */
  private String refused(QuotaForm form, Model view, ServerWebExchange exchange) {
    TenantQuota now = stored.find(form.tenant()).orElse(null);
    view.addAttribute("editing", true);
    if (now != null && AccessPages.stale(view)) {
      view.addAttribute("theirs", QuotaForm.of(now));
      view.addAttribute("form", form.over(now.revision()));
    } else if (now == null) {
      view.addAttribute("form", form.over(null));
    }
    return quotasPage(view, exchange);
  }

  @PostMapping("/console/access/quotas/{tenant}/delete")
  String deleteQuota(
      @PathVariable String tenant,
      @ModelAttribute QuotaForm given,
      Model view,
      ServerWebExchange exchange) {
    LimitsBody before = limits(tenant);
    if (!AccessPages.done(
        view, exchange, () -> stored.delete(tenant, Forms.seen(given.revision())))) {
      return quotas(null, view, exchange);
    }
    quotas.forget(tenant);
    Audited.change(exchange, before, null);
    return HERE;
  }

  private @Nullable LimitsBody limits(String tenant) {
    return stored.find(tenant).map(quota -> LimitsBody.of(quota.limits())).orElse(null);
  }

  private String quotasPage(Model view, ServerWebExchange exchange) {
    if (Caller.of(exchange).may(Access.ADMIN)) {
      Map<String, TenantQuota> limited = new HashMap<>();
      stored.list().forEach(quota -> limited.put(quota.tenant(), quota));
      TreeSet<String> tenants = new TreeSet<>(quotas.tenants());
      tenants.addAll(limited.keySet());
      view.addAttribute(
          "quotas",
          tenants.stream()
              .map(tenant -> QuotaRow.of(tenant, limited.get(tenant), quotas.ofTenant(tenant)))
              .toList());
    }
    return AccessPages.page("quotas", Access.ADMIN, view, exchange);
  }
}
