package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Events;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** What surrounds every page: the rail's entries and the texts that scripts need. */
@ControllerAdvice(basePackageClasses = Shell.class)
final class Shell {
  /** An entry of the rail; its texts are {@code nav.<page>}. */
  record Entry(String page, String path, String icon) {}

  /** Entries under a heading, {@code nav.<key>}. */
  record Group(String key, List<Entry> entries) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              "serve",
              List.of(
                  new Entry("overview", "/console/overview", "home"),
                  new Entry("playground", "/", "chat"),
                  new Entry("requests", "/console/requests", "list"))),
          new Group(
              "manage",
              List.of(
                  new Entry("models", "/console/models", "box"),
                  new Entry("runtime", "/console/runtime", "chip"))),
          new Group(
              "observe",
              List.of(
                  new Entry("metrics", "/console/metrics", "chart"),
                  new Entry("audit", "/console/audit", "log"))),
          new Group(
              "admin",
              List.of(
                  new Entry("access", "/console/access", "key"),
                  new Entry("settings", "/console/settings", "gear"))));

  /** What the pages and their scripts both say. */
  private static final String SHARED = "stage.";

  private final Events events;

  /** By language; there are two. */
  private final Map<Locale, String> texts = new ConcurrentHashMap<>();

  Shell(Events events) {
    this.events = events;
  }

  /** Where the live stream goes on so that no change between page and stream is lost. */
  @ModelAttribute("seen")
  String seen(ServerWebExchange exchange) {
    Caller caller = exchange.getAttribute(Caller.class.getName());
    return caller != null && caller.may(Access.VIEWER) ? "0/" + events.lastId() : "";
  }

  @ModelAttribute("groups")
  List<Group> groups() {
    return GROUPS;
  }

  /** The name of who logged in; empty for anybody else. */
  @ModelAttribute("user")
  String user(ServerWebExchange exchange) {
    Caller caller = exchange.getAttribute(Caller.class.getName());
    return caller instanceof Caller.User user ? user.account() : "";
  }

  @ModelAttribute("csrf")
  Mono<CsrfToken> csrf(ServerWebExchange exchange) {
    Mono<CsrfToken> token = exchange.getAttribute(CsrfToken.class.getName());
    return token == null ? Mono.empty() : token;
  }

  /** Those under {@code js.} without it, and those of stages as they are, as a JSON object. */
  @ModelAttribute("texts")
  String texts(Locale locale) {
    return texts.computeIfAbsent(locale, Shell::read);
  }

  private static String read(Locale locale) {
    ResourceBundle bundle =
        ResourceBundle.getBundle(
            "messages",
            locale,
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    Map<String, String> found = new TreeMap<>(Comparator.naturalOrder());
    for (String key : bundle.keySet()) {
      if (key.startsWith("js.")) {
        found.put(key.substring("js.".length()), bundle.getString(key));
      } else if (key.startsWith(SHARED)) {
        found.put(key, bundle.getString(key));
      }
    }
    return JsonMapper.shared().writeValueAsString(found);
  }
}
