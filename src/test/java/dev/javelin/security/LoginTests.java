package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.Revision;
import dev.javelin.catalog.account.Accounts;
import dev.javelin.catalog.account.Role;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.fake.FakeModelOpener;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** People: a name and a password, a session, and the token that proves their own page asked. */
@ServerTest
class LoginTests {
  private static final String ONE_TIME = "one time password";
  private static final String NEXT = "a password of my own";

  @LocalServerPort int port;
  @Autowired Accounts accounts;
  @Autowired Passwords passwords;
  @Autowired Identities identities;
  @Autowired TestKeys keys;
  @Autowired FakeModelOpener opener;
  private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
  private final HttpClient browser = HttpClient.newBuilder().cookieHandler(cookies).build();

  @Test
  void aPersonLogsInActsAndLogsOut() throws Exception {
    HttpResponse<String> in = login("admin", ServerTest.ADMIN_PASSWORD);
    assertThat(in.statusCode()).isEqualTo(302);
    assertThat(in.headers().firstValue("Location")).contains("/");
    String session =
        in.headers().allValues("Set-Cookie").stream()
            .filter(cookie -> cookie.startsWith("javelin_session="))
            .findFirst()
            .orElseThrow();
    assertThat(session).containsIgnoringCase("; httponly").contains("SameSite=Lax", "Path=/");
    assertThat(get("/api/v1/me").body()).contains("\"name\":\"user:admin\"", "\"role\":\"admin\"");

    assertThat(form("/logout", "").statusCode()).isEqualTo(403);
    assertThat(form("/logout", "_csrf=" + token()).headers().firstValue("Location"))
        .contains("/login?out");
    assertThat(get("/api/v1/me").statusCode()).isEqualTo(401);
  }

  @Test
  void aSessionIsOfNoUseToAnotherSite() throws Exception {
    opener.engine.says(FinishReason.STOP, "hello");
    login("admin", ServerTest.ADMIN_PASSWORD);
    get("/");
    String chat = "{\"model\":\"pom.xml\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    HttpRequest.Builder request =
        request("/v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(chat));
    HttpResponse<String> forged = send(request.copy());
    assertThat(forged.statusCode()).isEqualTo(403);
    assertThat(forged.body()).contains("\"code\":\"csrf_token_invalid\"", "X-XSRF-TOKEN");
    assertThat(send(request.copy().header("X-XSRF-TOKEN", token())).statusCode()).isEqualTo(200);
    String key = keys.inference();
    assertThat(send(request.copy().header("x-api-key", key)).statusCode()).isEqualTo(200);
    assertThat(send(request.copy().header("x-api-key", KeyText.fresh().reveal())).statusCode())
        .isEqualTo(401);
  }

  @Test
  void aWrongPasswordAndAnUnknownNameLookTheSame() throws Exception {
    for (String name : new String[] {unknown(), "admin"}) {
      HttpResponse<String> response = login(name, "wrong password");
      assertThat(response.headers().firstValue("Location")).contains("/login?error");
    }
    assertThat(get("/api/v1/me").statusCode()).isEqualTo(401);
    assertThat(get("/login?error").body()).contains("name or the password is wrong");
    login("admin", ServerTest.ADMIN_PASSWORD);
  }

  @Test
  void afterFiveWrongPasswordsEvenTheRightOneWaits() throws Exception {
    String name = account(Role.VIEWER, false);
    for (int i = 0; i < 5; i++) {
      login(name, "wrong password");
    }
    assertThat(login(name, ONE_TIME).headers().firstValue("Location")).contains("/login?error");
  }

  @Test
  void aOneTimePasswordAllowsNothingButItsChange() throws Exception {
    String name = account(Role.ADMIN, true);
    login(name, ONE_TIME);
    assertThat(get("/api/v1/me").body()).contains("\"mustChangePassword\":true");
    assertThat(
            send(request("/").header("Accept", "text/html").header("Via", "proxy"))
                .headers()
                .firstValue("Location"))
        .contains("/password");
    assertThat(get("/password").body()).contains("made for one use");

    String old = "old=" + encode(ONE_TIME) + "&_csrf=" + token();
    assertThat(form("/password", old + "&next=short").body()).contains("at least 12 characters");
    assertThat(form("/password", old + "&next=" + encode(NEXT)).headers().firstValue("Location"))
        .contains("/");
    assertThat(get("/api/v1/me").body()).contains("\"mustChangePassword\":false");
    cookies.getCookieStore().removeAll();
    assertThat(login(name, ONE_TIME).headers().firstValue("Location")).contains("/login?error");
    assertThat(login(name, NEXT).headers().firstValue("Location")).contains("/");
  }

  @Test
  void curlMaySendNameAndPassword() throws Exception {
    String basic = basic("admin", ServerTest.ADMIN_PASSWORD);
    assertThat(send(request("/api/v1/me").header("Authorization", basic)).body())
        .contains("user:admin");
    HttpResponse<String> wrong =
        send(request("/api/v1/me").header("Authorization", basic(unknown(), "wrong")));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(wrong.headers().firstValue("WWW-Authenticate")).contains("Bearer");
  }

  @Test
  void whoIsRemovedIsOutAtOnce() throws Exception {
    String name = account(Role.OPERATOR, false);
    login(name, ONE_TIME);
    assertThat(get("/api/v1/me").statusCode()).isEqualTo(200);
    accounts.delete(name, Revision.ANY);
    identities.forget(name);
    assertThat(get("/api/v1/me").statusCode()).isEqualTo(401);
  }

  @Test
  void everyAnswerKeepsPagesFromBeingAbused() throws Exception {
    for (String path : new String[] {"/", "/login", "/v1/models", "/api/v1/me", "/nothing"}) {
      var headers = get(path).headers();
      assertThat(headers.firstValue("Content-Security-Policy").orElse(""))
          .as(path)
          .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'")
          .doesNotContain("unsafe", "*");
      assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
      assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
    }
    assertThat(get("/login").body())
        .doesNotContain("<style", "style=")
        .doesNotContainPattern("<script(?![^>]* src=)");
  }

  private String account(Role role, boolean mustChange) {
    String name = unknown();
    accounts.create(name, role, passwords.hash(ONE_TIME), mustChange);
    return name;
  }

  private static String unknown() {
    return "user-" + UUID.randomUUID();
  }

  private HttpResponse<String> login(String name, String password) throws Exception {
    get("/login");
    return form(
        "/login",
        "username=%s&password=%s&_csrf=%s".formatted(encode(name), encode(password), token()));
  }

  private HttpResponse<String> form(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String token() {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals("XSRF-TOKEN"))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElse("");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String basic(String name, String password) {
    byte[] text = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(text);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
