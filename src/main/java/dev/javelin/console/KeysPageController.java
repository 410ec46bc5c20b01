package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.api.admin.KeyView;
import dev.javelin.catalog.account.ApiKey;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.security.Keys;
import dev.javelin.security.Quotas;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import jakarta.validation.Valid;
import java.time.Clock;
import java.util.Comparator;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/access}: keys, made, shown once and revoked. */
@Controller
final class KeysPageController {
  private static final String HERE = "redirect:/console/access";

  private final Keys keys;
  private final Quotas quotas;
  private final ModelRegistry models;
  private final Clock clock;

  KeysPageController(Keys keys, Quotas quotas, ModelRegistry models, Clock clock) {
    this.keys = keys;
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
        AccessPages.attempt(
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
            .orElseThrow(AccessPages::missing);
    Audited.change(exchange, KeyView.of(key), keys.revoke(id).map(KeyView::of).orElse(null));
    return HERE;
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
      view.addAttribute("roles", AccessPages.roles(caller));
      view.addAttribute("tenant", caller.tenant());
      view.addAttribute("aliases", models.list().stream().map(ServedModel::name).sorted().toList());
    }
    return AccessPages.page("access", Access.DEVELOPER, view, exchange);
  }
}
