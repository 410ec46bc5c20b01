package dev.javelin.console;

import dev.javelin.api.Audited;
import dev.javelin.catalog.Settings;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.ConfigFile;
import dev.javelin.service.ConfigTransfer;
import dev.javelin.service.Events;
import dev.javelin.service.Problem;
import dev.javelin.service.ProblemException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code /console/settings}: what is set and where, the catalog as a document, and the build. */
@Controller
final class SettingsPageController {
  /**
   * @param document as exported
   * @param apply not true: only show what it would do
   */
  record ImportForm(@Nullable String document, @Nullable Boolean apply) {
    boolean applies() {
      return apply != null && apply;
    }
  }

  /**
   * @param value empty: the setting is taken away
   */
  record ValueForm(@Nullable String key, @Nullable String value) {}

  private final KnownSettings known;
  private final Settings settings;
  private final ConfigTransfer transfer;
  private final Events events;
  private final Build build;
  private final JsonMapper mapper;
  private final Validator validator;

  SettingsPageController(
      KnownSettings known,
      Settings settings,
      ConfigTransfer transfer,
      Events events,
      Build build,
      JsonMapper mapper,
      Validator validator) {
    this.known = known;
    this.settings = settings;
    this.transfer = transfer;
    this.events = events;
    this.build = build;
    this.mapper = mapper;
    this.validator = validator;
  }

  @GetMapping("/console/settings")
  String settings(Model view, ServerWebExchange exchange) {
    if (Caller.of(exchange).may(Access.VIEWER)) {
      view.addAttribute("settings", known.all());
      view.addAttribute("stored", settings.all());
      view.addAttribute("mayChange", Caller.of(exchange).may(Access.ADMIN));
    }
    return page("settings", Access.VIEWER, view, exchange);
  }

  @PostMapping("/console/settings/values")
  String value(@ModelAttribute ValueForm form, Model view, ServerWebExchange exchange) {
    String key = form.key() == null ? "" : form.key().strip();
    String value = form.value() == null ? "" : form.value();
    if (!key.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}") || value.length() > 4096) {
      Attempt.explain(
          Problem.of(
                  Problem.Type.INVALID_REQUEST,
                  "a setting's name has at most 128 letters, digits, '.', '_' and '-'; its value at most 4096 characters")
              .said("setting"),
          view,
          exchange);
      return settings(view, exchange);
    }
    String before = settings.find(key).orElse(null);
    if (value.isEmpty()) {
      settings.delete(key);
    } else {
      settings.put(key, value);
    }
    events.publish("setting", key, value.isEmpty() ? null : value);
    Audited.change(exchange, state(before), state(value.isEmpty() ? null : value));
    return "redirect:/console/settings";
  }

  private static @Nullable Map<String, String> state(@Nullable String value) {
    return value == null ? null : Map.of("value", value);
  }

  @GetMapping("/console/settings/transfer")
  String transfer(Model view, ServerWebExchange exchange) {
    view.addAttribute("document", "");
    return page("transfer", Access.ADMIN, view, exchange);
  }

  @PostMapping("/console/settings/import")
  String read(@ModelAttribute ImportForm form, Model view, ServerWebExchange exchange) {
    String document = form.document() == null ? "" : form.document();
    view.addAttribute("document", document);
    Problem refused = Attempt.refusal(() -> read(document, form.applies(), view, exchange));
    if (refused != null) {
      Attempt.explain(refused, view, exchange);
    }
    return page("transfer", Access.ADMIN, view, exchange);
  }

  private void read(String document, boolean applies, Model view, ServerWebExchange exchange) {
    ConfigFile now = transfer.export();
    ConfigFile given = parse(document);
    List<ConfigTransfer.Change> changes =
        transfer.read(given, !applies, Caller.of(exchange).name());
    view.addAttribute("changes", changes);
    view.addAttribute("applied", applies);
    if (applies) {
      Audited.change(exchange, null, changes);
    } else {
      view.addAttribute(
          "lines", JsonDifference.between(mapper.valueToTree(now), mapper.valueToTree(given)));
    }
  }

  private ConfigFile parse(String document) {
    ConfigFile file;
    try {
      file = mapper.readValue(document, ConfigFile.class);
    } catch (JacksonException e) {
      throw wrong(e.getOriginalMessage());
    }
    if (file == null) {
      throw wrong("the document is empty");
    }
    Set<ConstraintViolation<ConfigFile>> wrong = validator.validate(file);
    if (!wrong.isEmpty()) {
      ConstraintViolation<ConfigFile> first = wrong.iterator().next();
      throw wrong(first.getPropertyPath() + " " + first.getMessage());
    }
    return file;
  }

  private static ProblemException wrong(String detail) {
    return new ProblemException(Problem.ofField("/document", detail));
  }

  @GetMapping("/console/settings/about")
  String about(Model view, ServerWebExchange exchange) {
    view.addAttribute("build", build);
    return page("about", Access.VIEWER, view, exchange);
  }

  private static String page(String tab, Access needed, Model view, ServerWebExchange exchange) {
    view.addAttribute("page", "settings");
    view.addAttribute("tab", tab);
    if (exchange.getRequest().getMethod() == HttpMethod.POST) {
      // The address bar keeps the page's own address, which can be opened again.
      exchange.getResponse().getHeaders().set("HX-Push-Url", "false");
    }
    view.addAttribute("denied", Denied.of(Caller.of(exchange), needed));
    return "console/" + tab;
  }
}
