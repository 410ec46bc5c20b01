package dev.javelin.console;

import dev.javelin.catalog.account.Role;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;

/** What the pages of Access share. */
final class AccessPages {
  private AccessPages() {}

  /** Those a key of theirs may have. */
  static List<String> roles(Caller caller) {
    List<String> roles = new ArrayList<>();
    for (Role role : Role.values()) {
      if (caller.role().filter(own -> own.covers(role)).isPresent()) {
        roles.add(role.word());
      }
    }
    return roles;
  }

  static String page(String tab, Access needed, Model view, ServerWebExchange exchange) {
    view.addAttribute("page", "access");
    view.addAttribute("tab", tab);
    if (exchange.getRequest().getMethod() == HttpMethod.POST) {
      // The address bar keeps the page's own address, which can be opened again.
      exchange.getResponse().getHeaders().set("HX-Push-Url", "false");
    }
    view.addAttribute("denied", Denied.of(Caller.of(exchange), needed));
    return "console/" + tab;
  }

  static <T> Optional<T> attempt(
      BindingResult errors, Model view, ServerWebExchange exchange, Supplier<T> change) {
    List<T> made = new ArrayList<>(1);
    done(Attempt.refusal(errors, () -> made.add(change.get())), view, exchange);
    return made.stream().findFirst();
  }

  static <T> Optional<T> attempt(Model view, ServerWebExchange exchange, Supplier<T> change) {
    List<T> made = new ArrayList<>(1);
    done(view, exchange, () -> made.add(change.get()));
    return made.stream().findFirst();
  }

  /** Whether a change that has nothing to show for it was made. */
  static boolean done(Model view, ServerWebExchange exchange, Runnable change) {
    return done(Attempt.refusal(change), view, exchange);
  }

  /** Whether what was attempted is refused because somebody else was first. */
  static boolean stale(Model view) {
    return view.getAttribute("problem") instanceof ProblemView problem && problem.stale();
  }

  private static boolean done(@Nullable Problem refused, Model view, ServerWebExchange exchange) {
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return refused == null;
  }

  static ResponseStatusException missing() {
    return new ResponseStatusException(HttpStatus.NOT_FOUND);
  }
}
