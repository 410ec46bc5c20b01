package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.api.admin.KeyView;
import dev.javelin.api.admin.LimitsBody;
import dev.javelin.api.admin.UserView;
import dev.javelin.catalog.account.Account;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.catalog.account.Role;
import dev.javelin.catalog.account.TenantQuota;
import dev.javelin.catalog.account.TenantQuotas;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.security.Keys;
import dev.javelin.security.People;
import dev.javelin.security.Quotas;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Problem;
import dev.javelin.service.ServedModel;
import jakarta.validation.Valid;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/access}: keys, people and quotas, each on a tab of its own. */
@Controller
final class AccessController {
  private static final String KEYS = "redirect:/console/access";
  private static final String PEOPLE = "redirect:/console/access/people";
  private static final String QUOTAS = "redirect:/console/access/quotas";

  private final Keys keys;
  private final People people;
  private final TenantQuotas stored;
  private final Quotas quotas;
  private final ModelRegistry models;
  private final Clock clock;

  AccessController(
      Keys keys,
      People people,
      TenantQuotas stored,
      Quotas quotas,
      ModelRegistry models,
      Clock clock) {
    this.keys = keys;
    this.people = people;
    this.stored = stored;
    this.quotas = quotas;
    this.models = models;
    this.clock = clock;
  }

  @GetMapping("/console/access")
  String keys(Model view, ServerWebExchange exchange) {
    view.addAttribute("form", KeyForm.EMPTY);
    return keysPage(view, exchange);
  }

  @PostMapping("/console/access/keys")
  String createKey(
      @Valid @ModelAttribute("form") KeyForm form,
      BindingResult errors,
      Model view,
      ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    Optional<Keys.Made> made =
        attempt(
            errors,
            view,
            exchange,
            () ->
                keys.create(
                    caller,
                    form.name(),
                    form.chosenTenant(),
                    form.chosenRole(),
                    form.chosenAliases(),
                    form.limits(),
                    form.expiresAt(clock.instant())));
    made.ifPresent(
        key -> {
          Audited.change(exchange, null, KeyView.of(key.key()));
          exchange.getResponse().setStatusCode(HttpStatus.CREATED);
          view.addAttribute("secret", key.text().reveal());
          view.addAttribute("made", KeyView.of(key.key()));
          view.addAttribute("form", KeyForm.EMPTY);
        });
    return keysPage(view, exchange);
  }

  @PostMapping("/console/access/keys/{id}/revoke")
  String revoke(@PathVariable String id, ServerWebExchange exchange) {
    ApiKey key =
        keys.visibleTo(Caller.of(exchange)).stream()
            .filter(one -> one.id().equals(id))
            .findFirst()
            .orElseThrow(AccessController::missing);
    Audited.change(exchange, KeyView.of(key), keys.revoke(id).map(KeyView::of).orElse(null));
    return KEYS;
  }

  private String keysPage(Model view, ServerWebExchange exchange) {
    Caller caller = Caller.of(exchange);
    if (caller.may(Access.DEVELOPER)) {
      view.addAttribute(
          "keys",
          keys.visibleTo(caller).stream()
              .map(key -> KeyRow.of(key, quotas.ofKey(key.id()), clock.instant()))
              .sorted(
                  Comparator.comparing(KeyRow::usable)
                      .thenComparing(row -> row.key().createdAt())
                      .reversed())
              .toList());
      view.addAttribute("roles", roles(caller));
      view.addAttribute("tenant", caller.tenant());
      view.addAttribute("aliases", models.list().stream().map(ServedModel::name).sorted().toList());
    }
    return page("access", Access.DEVELOPER, view, exchange);
  }

  /** Those a key of theirs may have. */
  private static List<String> roles(Caller caller) {
    List<String> roles = new ArrayList<>();
    for (Role role : Role.values()) {
      if (caller.role().filter(own -> own.covers(role)).isPresent()) {
        roles.add(role.word());
      }
    }
    return roles;
  }

  @GetMapping("/console/access/people")
  String people(Model view, ServerWebExchange exchange) {
    view.addAttribute("form", PersonForm.EMPTY);
    return peoplePage(view, exchange);
  }

  @PostMapping("/console/access/people")
  String createPerson(
      @Valid @ModelAttribute("form") PersonForm form,
      BindingResult errors,
      Model view,
      ServerWebExchange exchange) {
    attempt(errors, view, exchange, () -> people.create(form.name(), form.chosenRole(), null))
        .ifPresent(
            made -> {
              Audited.change(exchange, null, UserView.of(made.account()));
              exchange.getResponse().setStatusCode(HttpStatus.CREATED);
              show(made, view);
              view.addAttribute("form", PersonForm.EMPTY);
            });
    return peoplePage(view, exchange);
  }

  @PostMapping("/console/access/people/{name}/role")
  String changeRole(
      @PathVariable String name,
      @ModelAttribute PersonForm given,
      Model view,
      ServerWebExchange exchange) {
    UserView before = UserView.of(person(name));
    Optional<Account> changed =
        attempt(view, exchange, () -> people.changeRole(name, given.chosenRole(), given.seen()));
    changed.ifPresent(account -> Audited.change(exchange, before, UserView.of(account)));
    return changed.isPresent() ? PEOPLE : people(view, exchange);
  }

  @PostMapping("/console/access/people/{name}/password")
  String resetPassword(@PathVariable String name, Model view, ServerWebExchange exchange) {
    UserView before = UserView.of(person(name));
    attempt(view, exchange, () -> people.resetPassword(name))
        .ifPresent(
            made -> {
              Audited.change(exchange, before, UserView.of(made.account()));
              show(made, view);
            });
    return people(view, exchange);
  }

  @PostMapping("/console/access/people/{name}/delete")
  String delete(
      @PathVariable String name,
      @ModelAttribute PersonForm given,
      Model view,
      ServerWebExchange exchange) {
    UserView before = UserView.of(person(name));
    Optional<String> gone =
        attempt(
            view,
            exchange,
            () -> {
              people.delete(name, given.seen());
              return name;
            });
    gone.ifPresent(_ -> Audited.change(exchange, before, null));
    return gone.isPresent() ? PEOPLE : people(view, exchange);
  }

  private Account person(String name) {
    return people.find(name).orElseThrow(AccessController::missing);
  }

  private static void show(People.Made made, Model view) {
    view.addAttribute("secret", made.oneTimePassword());
    view.addAttribute("made", UserView.of(made.account()));
  }

  private String peoplePage(Model view, ServerWebExchange exchange) {
    if (Caller.of(exchange).may(Access.ADMIN)) {
      view.addAttribute("people", people.list().stream().map(UserView::of).toList());
      view.addAttribute("roles", roles(Caller.of(exchange)));
    }
    return page("people", Access.ADMIN, view, exchange);
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
        attempt(
            errors, view, exchange, () -> stored.put(form.tenant(), form.limits(), form.seen()));
    if (after.isEmpty()) {
      view.addAttribute("editing", true);
      return quotasPage(view, exchange);
    }
    quotas.forget(form.tenant());
    Audited.change(exchange, before, LimitsBody.of(after.get().limits()));
    return QUOTAS;
  }

  @PostMapping("/console/access/quotas/{tenant}/delete")
  String deleteQuota(
      @PathVariable String tenant,
      @ModelAttribute QuotaForm given,
      Model view,
      ServerWebExchange exchange) {
    LimitsBody before = limits(tenant);
    if (before == null) {
      throw missing();
    }
    Optional<String> gone =
        attempt(
            view,
            exchange,
            () -> {
              stored.delete(tenant, given.seen());
              return tenant;
            });
    if (gone.isEmpty()) {
      return quotas(null, view, exchange);
    }
    quotas.forget(tenant);
    Audited.change(exchange, before, null);
    return QUOTAS;
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
    return page("quotas", Access.ADMIN, view, exchange);
  }

  private static String page(String tab, Access needed, Model view, ServerWebExchange exchange) {
    view.addAttribute("page", "access");
    view.addAttribute("tab", tab);
    if (exchange.getRequest().getMethod() == HttpMethod.POST) {
      // The address bar keeps the page's own address, which can be opened again.
      exchange.getResponse().getHeaders().set("HX-Push-Url", "false");
    }
    view.addAttribute("denied", Denied.of(Caller.of(exchange), needed));
    return "console/" + tab;
  }

  private static <T> Optional<T> attempt(
      BindingResult errors, Model view, ServerWebExchange exchange, Supplier<T> change) {
    List<T> made = new ArrayList<>(1);
    explain(Attempt.refusal(errors, () -> made.add(change.get())), view, exchange);
    return made.stream().findFirst();
  }

  private static <T> Optional<T> attempt(
      Model view, ServerWebExchange exchange, Supplier<T> change) {
    List<T> made = new ArrayList<>(1);
    explain(Attempt.refusal(() -> made.add(change.get())), view, exchange);
    return made.stream().findFirst();
  }

  private static void explain(@Nullable Problem refused, Model view, ServerWebExchange exchange) {
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
  }

  private static ResponseStatusException missing() {
    return new ResponseStatusException(HttpStatus.NOT_FOUND);
  }
}
