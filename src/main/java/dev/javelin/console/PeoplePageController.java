package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.api.admin.UserView;
import dev.javelin.catalog.account.Account;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.security.People;
import jakarta.validation.Valid;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/access/people}: who may log in with a password. */
@Controller
final class PeoplePageController {
  private static final String HERE = "redirect:/console/access/people";

  private final People people;

  PeoplePageController(People people) {
    this.people = people;
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
    AccessPages.attempt(
            errors, view, exchange, () -> people.create(form.name(), form.chosenRole(), null))
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
    UserView before = find(name);
    Optional<Account> changed =
        AccessPages.attempt(
            view, exchange, () -> people.changeRole(name, given.chosenRole(), given.seen()));
    if (changed.isPresent()) {
      Audited.change(exchange, before, UserView.of(changed.get()));
      return HERE;
    }
    return refused(name, given.role(), view, exchange);
  }

  @PostMapping("/console/access/people/{name}/password")
  String resetPassword(@PathVariable String name, Model view, ServerWebExchange exchange) {
    UserView before = find(name);
    AccessPages.attempt(view, exchange, () -> people.resetPassword(name))
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
    UserView before = find(name);
    if (AccessPages.done(view, exchange, () -> people.delete(name, given.seen()))) {
      Audited.change(exchange, before, null);
      return HERE;
    }
    return refused(name, null, view, exchange);
  }

  /** The page again; where somebody else was first it has both sides. */
  private String refused(
      String name, @Nullable String role, Model view, ServerWebExchange exchange) {
    UserView now = find(name);
    if (now != null && AccessPages.stale(view)) {
      view.addAttribute("stalePerson", new StalePerson(now, role));
    }
    return people(view, exchange);
  }

  private @Nullable UserView find(String name) {
    return people.find(name).map(UserView::of).orElse(null);
  }

  private static void show(People.Made made, Model view) {
    view.addAttribute("secret", made.oneTimePassword());
    view.addAttribute("made", UserView.of(made.account()));
  }

  private String peoplePage(Model view, ServerWebExchange exchange) {
    if (Caller.of(exchange).may(Access.ADMIN)) {
      view.addAttribute("people", people.list().stream().map(UserView::of).toList());
      view.addAttribute("roles", AccessPages.roles(Caller.of(exchange)));
    }
    return AccessPages.page("people", Access.ADMIN, view, exchange);
  }
}
