package dev.javelin.console;

import dev.javelin.security.Caller;
import dev.javelin.security.PasswordChange;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.oauth2.client.registration.InMemoryReactiveClientRegistrationRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The pages to log in with and to change a password; what they send, Spring Security checks. */
@Controller
final class LoginController {
  private final Map<String, String> providers = new LinkedHashMap<>();
  private final PasswordChange passwords;
  private final Scheduler blocking;

  /**
   * @param registrations of OpenID Connect, if any is set
   */
  LoginController(
      ObjectProvider<InMemoryReactiveClientRegistrationRepository> registrations,
      PasswordChange passwords,
      Scheduler blocking) {
    registrations.ifAvailable(
        all ->
            all.forEach(
                one ->
                    providers.put(
                        one.getClientName(), "/oauth2/authorization/" + one.getRegistrationId())));
    this.passwords = passwords;
    this.blocking = blocking;
  }

  @GetMapping("/login")
  Mono<String> login(Model view, ServerWebExchange exchange) {
    var query = exchange.getRequest().getQueryParams();
    view.addAttribute("wrong", query.containsKey("error"));
    view.addAttribute("first", query.containsKey("first"));
    view.addAttribute("out", query.containsKey("out"));
    view.addAttribute("providers", providers);
    return withToken(view, exchange, "console/login");
  }

  @GetMapping("/password")
  Mono<String> password(Model view, ServerWebExchange exchange) {
    return passwordPage(view, exchange, null);
  }

  @PostMapping("/password")
  Mono<String> change(Model view, ServerWebExchange exchange) {
    return exchange
        .getFormData()
        .publishOn(blocking)
        .doOnNext(
            form ->
                passwords.change(
                    Caller.of(exchange),
                    String.valueOf(form.getFirst("old")),
                    String.valueOf(form.getFirst("next"))))
        .map(_ -> "redirect:/")
        .onErrorResume(
            PasswordChange.Refused.class,
            refused -> passwordPage(view, exchange, refused.reason().word()));
  }

  private static Mono<String> passwordPage(
      Model view, ServerWebExchange exchange, @Nullable String wrong) {
    view.addAttribute(
        "oneTime", Caller.of(exchange) instanceof Caller.User user && user.mustChangePassword());
    view.addAttribute("wrong", wrong);
    return withToken(view, exchange, "console/password");
  }

  private static Mono<String> withToken(Model view, ServerWebExchange exchange, String page) {
    Mono<CsrfToken> token = exchange.getAttribute(CsrfToken.class.getName());
    if (token == null) {
      throw new IllegalStateException("every request passes the filter that makes a token");
    }
    return token.map(
        made -> {
          view.addAttribute("csrf", made);
          return page;
        });
  }
}
