package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.Role;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.security.RouteRoles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** A page offers its visitor what they may do, and says who may where they may not see it. */
@ExtendWith(SharedConsole.class)
class OffersTests {
  private static final Pattern FORM = Pattern.compile("<form\\b([^>]*)>([\\s\\S]*?)</form>");
  private static final Pattern ACTION = Pattern.compile("\\baction=\"([^\"]*)\"");
  private static final Pattern LINK = Pattern.compile("<a\\b[^>]*\\bhref=\"(/[^\"]*)\"");

  private final TestConsole console;
  private final HttpClient client = HttpClient.newHttpClient();

  OffersTests(TestConsole console) {
    this.console = console;
  }

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  static Stream<ConsolePage> pages() {
    return ConsolePage.ALL.stream();
  }

  private static List<String> everybody() {
    List<String> all = new ArrayList<>(List.of(ConsolePage.NOBODY));
    for (Role role : Role.values()) {
      all.add(role.word());
    }
    return all;
  }

  private HttpResponse<String> get(String path, String who) throws Exception {
    return client.send(
        console.request(path).header("Cookie", "javelin_session=" + console.session(who)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static Caller caller(String who) {
    return who.equals(ConsolePage.NOBODY)
        ? new Caller.Local()
        : new Caller.User(who, Role.of(who), false);
  }

  /** The most specific route; empty: there is none. */
  private static Optional<Access> needed(HttpMethod method, String path) {
    PathContainer parsed = PathContainer.parsePath(URI.create(path).getPath());
    record Known(PathPattern pattern, Access access) {}
    return RouteRoles.all().stream()
        .filter(route -> route.method() == method)
        .map(
            route ->
                new Known(PathPatternParser.defaultInstance.parse(route.pattern()), route.access()))
        .filter(known -> known.pattern().matches(parsed))
        .min((a, b) -> a.pattern().compareTo(b.pattern()))
        .map(Known::access);
  }

  private static boolean may(String who, HttpMethod method, String path) {
    return needed(method, path).filter(caller(who)::may).isPresent();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyFormAndLinkIsForWhoeverSeesIt(ConsolePage page) throws Exception {
    for (String who : page.visitors()) {
      HttpResponse<String> response = get(page.path(), who);
      assertThat(response.statusCode()).as("%s as %s", page, who).isEqualTo(page.status());
      String content = response.body().substring(response.body().indexOf("<main"));
      Matcher forms = FORM.matcher(content);
      while (forms.find()) {
        Matcher action = ACTION.matcher(forms.group(1));
        if (action.find() && forms.group(1).contains("method=\"post\"")) {
          String path = action.group(1);
          assertThat(path.equals("/login") || may(who, HttpMethod.POST, path))
              .as("%s as %s offers POST %s", page, who, path)
              .isTrue();
          assertThat(forms.group(2)).as("%s: POST %s", page, path).contains("name=\"_csrf\"");
        }
      }
      Matcher links = LINK.matcher(content);
      while (links.find()) {
        String path = links.group(1).replace("&amp;", "&");
        // Nobody is led to the login, which says why.
        boolean asksFirst =
            who.equals(ConsolePage.NOBODY) && needed(HttpMethod.GET, path).isPresent();
        assertThat(may(who, HttpMethod.GET, path) || asksFirst || path.startsWith("/oauth2/"))
            .as("%s as %s leads to %s", page, who, path)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void whoMayNotSeeAPageIsToldWhoMay(ConsolePage page) throws Exception {
    List<String> others = new ArrayList<>(everybody());
    others.removeAll(page.visitors());
    for (String who : others) {
      HttpResponse<String> response = get(page.path(), who);
      if (who.equals(ConsolePage.NOBODY)) {
        assertThat(response.statusCode()).as(page.path()).isEqualTo(303);
        assertThat(response.headers().firstValue("Location")).contains("/login?first");
      } else {
        assertThat(response.statusCode()).as("%s as %s", page, who).isEqualTo(403);
        assertThat(response.body())
            .contains("You may not do this", "This needs the role deployer", "administrator");
      }
    }
  }

  @Test
  void whatNobodyMayChangeIsNotThereForThem() throws Exception {
    assertThat(get("/console/runtime", "viewer").body())
        .contains("Operators load and unload")
        .doesNotContain("plan=load", "plan=swap", "plan=unload");
    assertThat(get("/console/runtime", "operator").body())
        .contains("plan=load", "plan=unload")
        .doesNotContain("plan=swap");
    assertThat(get("/console/runtime", "deployer").body()).contains("plan=load", "plan=swap");
    assertThat(get("/console/models", "operator").body())
        .contains("Deployers add models")
        .doesNotContain("href=\"/console/add\"");
  }
}
