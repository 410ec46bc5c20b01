package dev.javelin.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.javelin.fake.ServerTest;
import dev.javelin.security.RouteRoles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpMethod;

/** What another site, or somebody who planted a session, tries with a person's browser. */
@ExtendWith(SharedConsole.class)
class ConsoleSecurityTests {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private final TestConsole console;
  private final HttpClient client = HttpClient.newHttpClient();

  ConsoleSecurityTests(TestConsole console) {
    this.console = console;
  }

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  static Stream<ConsolePage> pages() {
    return ConsolePage.ALL.stream();
  }

  /** Every route that changes something, for whatever its variables stand for. */
  static Stream<RouteRoles.Route> changes() {
    return RouteRoles.all().stream().filter(route -> route.method() != HttpMethod.GET);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String session(HttpResponse<?> response) {
    return response.headers().allValues("Set-Cookie").stream()
        .filter(cookie -> cookie.startsWith("javelin_session="))
        .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
        .findFirst()
        .orElse("");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void noPageHasAScriptOrStyleOfItsOwnOrMayBeFramed(ConsolePage page) throws Exception {
    for (String who : List.of(page.visitors().getFirst(), "admin")) {
      HttpResponse<String> response =
          send(
              console
                  .request(page.path())
                  .header("Cookie", "javelin_session=" + console.session(who)));
      var headers = response.headers();
      assertThat(headers.firstValue("Content-Security-Policy")).contains(POLICY);
      assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
      assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(headers.firstValue("Cache-Control").orElse("")).contains("no-store");
      assertThat(response.body())
          .doesNotContain("<style", "javascript:")
          .doesNotContainPattern("<script(?![^>]* src=\"/console/assets/)")
          .doesNotContainPattern("<[^>]*\\s(style|on[a-z]+)=\"");
    }
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeWithASessionAloneIsRefused(RouteRoles.Route route) throws Exception {
    String path = route.pattern().replaceAll("\\{\\*?(\\w+)[^}]*}", "$1");
    for (String token : new String[] {"", "0e984725-c51c-4bf4-9960-e1c80e27aba0"}) {
      HttpRequest.Builder forged =
          console
              .request(path)
              .header("Cookie", "javelin_session=" + console.session("admin"))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .method(route.method().name(), HttpRequest.BodyPublishers.ofString("_csrf=" + token));
      HttpResponse<String> refused = send(forged);
      assertThat(refused.statusCode()).as("%s %s", route.method(), path).isEqualTo(403);
    }
  }

  @Test
  void nobodyLogsAPersonInOrOutFromElsewhere() throws Exception {
    String form =
        "username=admin&password="
            + URLEncoder.encode(ServerTest.ADMIN_PASSWORD, StandardCharsets.UTF_8);
    for (String path : List.of("/login", "/logout")) {
      HttpResponse<String> refused =
          send(
              console
                  .request(path)
                  .header("Cookie", "javelin_session=" + console.session("admin"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(form)));
      assertThat(refused.statusCode()).as(path).isEqualTo(403);
      assertThat(session(refused)).isEmpty();
    }
  }

  @Test
  void aPlantedSessionDoesNotBecomeThePersons() throws Exception {
    String planted = "javelin_session=" + console.logIn("viewer");
    for (String session : List.of(planted, "javelin_session=chosen-by-somebody-else")) {
      HttpResponse<String> page = send(console.request("/login").header("Cookie", session));
      String token =
          page.headers().allValues("Set-Cookie").stream()
              .filter(cookie -> cookie.startsWith("XSRF-TOKEN="))
              .map(cookie -> cookie.substring("XSRF-TOKEN=".length(), cookie.indexOf(';')))
              .findFirst()
              .orElseThrow();
      String form =
          "username=admin&_csrf=%s&password=%s"
              .formatted(
                  token, URLEncoder.encode(ServerTest.ADMIN_PASSWORD, StandardCharsets.UTF_8));
      HttpResponse<String> in =
          send(
              console
                  .request("/login")
                  .header("Cookie", session + "; XSRF-TOKEN=" + token)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(form)));
      assertThat(session(in)).startsWith("javelin_session=").isNotEqualTo(session);
      assertThat(me(session(in))).contains("user:admin");
      assertThat(me(session)).doesNotContain("user:admin");
    }
  }

  private String me(String session) throws Exception {
    return send(console.request("/api/v1/me").header("Cookie", session)).body();
  }

  @Test
  void anotherSiteCannotShowAPageInAFrame() throws IOException {
    HttpServer elsewhere =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] page =
        "<!doctype html><title>elsewhere</title><iframe src=\"%s\"></iframe>"
            .formatted(console.address("/console/runtime"))
            .getBytes(StandardCharsets.UTF_8);
    elsewhere.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    elsewhere.start();
    try {
      TestBrowser browser = console.browser();
      console.as("admin", "en");
      browser.complaints();
      browser.driver().get("http://localhost:%d/".formatted(elsewhere.getAddress().getPort()));
      browser.awaitComplaint("frame-ancestors", "X-Frame-Options");
      browser.driver().switchTo().frame(0);
      assertThat(browser.driver().getPageSource()).doesNotContain("id=\"instances\"");
      browser.driver().switchTo().defaultContent();
    } finally {
      elsewhere.stop(0);
    }
  }
}
