package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.fake.FakeIssuer;
import dev.javelin.fake.ServerTest;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

/** People whom a provider of OpenID Connect vouches for. */
@ServerTest
class OidcLoginTests {
  @LocalServerPort int port;
  @Autowired FakeIssuer issuer;
  private final HttpClient browser =
      HttpClient.newBuilder()
          .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
          .build();

  @Test
  void theHighestGroupGivesTheRole() throws Exception {
    assertThat(get("/login").body()).contains("/oauth2/authorization/fake", "Log in with Fake");
    assertThat(login("ada", List.of("staff", "javelin-viewer", "javelin-operator"), ""))
        .isEqualTo("/");
    assertThat(get("/api/v1/me").body())
        .contains("\"name\":\"user:oidc:ada\"", "\"role\":\"operator\"");
  }

  @Test
  void withoutAGroupOneIsKnownAndMayNothing() throws Exception {
    assertThat(login("bob", List.of("staff"), "")).isEqualTo("/");
    assertThat(get("/api/v1/me").body()).contains("user:oidc:bob", "\"role\":null");
    assertThat(get("/api/v1/users").statusCode()).isEqualTo(403);
  }

  @Test
  void aTokenMadeForAnotherLoginIsRefused() throws Exception {
    assertThat(login("eve", List.of("javelin-admin"), "of another login")).contains("/login?error");
    assertThat(get("/api/v1/me").statusCode()).isEqualTo(401);
  }

  /** Where the browser is sent at the end. */
  private String login(String subject, List<String> groups, String addedToNonce) throws Exception {
    String authorize =
        get("/oauth2/authorization/fake").headers().firstValue("Location").orElseThrow();
    MultiValueMap<String, String> asked =
        UriComponentsBuilder.fromUriString(authorize).build().getQueryParams();
    issuer.willVouchFor(subject, groups, asked.getFirst("nonce") + addedToNonce);
    return get("/login/oauth2/code/fake?code=c&state=" + asked.getFirst("state"))
        .headers()
        .firstValue("Location")
        .orElseThrow();
  }

  private HttpResponse<String> get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return browser.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
