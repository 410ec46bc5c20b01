package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.catalog.account.ApiKeys;
import dev.javelin.catalog.account.Limits;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Programs: a key from elsewhere, and none on this machine. */
@ServerTest
class ApiKeyTests {
  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired ApiKeys stored;
  @Autowired Identities identities;
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void onThisMachineInferenceNeedsNoKeyAndLetsAnyPlaceholderPass() throws Exception {
    assertThat(send(request("/v1/models")).statusCode()).isEqualTo(200);
    assertThat(send(request("/v1/models").header("Authorization", "Bearer none")).statusCode())
        .isEqualTo(200);
    assertThat(send(request("/v1/models").header("x-api-key", "sk-any")).statusCode())
        .isEqualTo(200);
    assertThat(
            send(request("/v1/models").header("x-api-key", KeyText.fresh().reveal())).statusCode())
        .isEqualTo(401);
  }

  @Test
  void elsewhereAMissingKeyIsToldInTheDialectOfThePath() throws Exception {
    HttpResponse<String> inference = send(elsewhere("/v1/models"));
    assertThat(inference.statusCode()).isEqualTo(401);
    assertThat(inference.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(inference.body())
        .contains("\"error\":", "\"code\":\"invalid_api_key\"", "Authorization: Bearer");

    HttpResponse<String> management = send(elsewhere("/api/v1/me"));
    assertThat(management.statusCode()).isEqualTo(401);
    assertThat(management.headers().firstValue("Content-Type"))
        .contains("application/problem+json");
    assertThat(management.body()).contains("\"type\":\"urn:javelin:problem:key-missing\"");

    HttpResponse<String> page = send(elsewhere("/").header("Accept", "text/html"));
    assertThat(page.statusCode()).isEqualTo(303);
    assertThat(page.headers().firstValue("Location")).contains("/login?first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Authorization", "x-api-key"})
  void aKeyOpensInferenceElsewhere(String header) throws Exception {
    String key = keys.inference();
    String value = header.equals("Authorization") ? "Bearer " + key : key;
    assertThat(send(elsewhere("/v1/models").header(header, value)).statusCode()).isEqualTo(200);
  }

  @Test
  void oneChangedLetterMakesAKeyWorthless() throws Exception {
    String key = keys.inference();
    char last = key.charAt(key.length() - 1);
    String wrong = key.substring(0, key.length() - 1) + (last == 'x' ? 'y' : 'x');
    assertThat(status(wrong)).isEqualTo(401);
    assertThat(status(key)).isEqualTo(200);
  }

  @Test
  void anExpiredKeyIsRefused() throws Exception {
    Instant soon = Instant.now().plusSeconds(600);
    assertThat(status(keys.make(Optional.empty(), Set.of(), Limits.NONE, soon))).isEqualTo(200);
    Instant past = Instant.now().minusSeconds(1);
    assertThat(status(keys.make(Optional.empty(), Set.of(), Limits.NONE, past))).isEqualTo(401);
  }

  @Test
  void aRevokedKeyIsRefusedAtOnce() throws Exception {
    String key = keys.inference();
    assertThat(status(key)).isEqualTo(200);
    String id = KeyText.parse(key).orElseThrow().id();
    stored.revoke(id);
    identities.forget(id);
    assertThat(status(key)).isEqualTo(401);
  }

  @Test
  void aKeySeesAndUsesOnlyItsModels() throws Exception {
    String key = keys.make(Optional.empty(), Set.of("other"), Limits.NONE, null);
    assertThat(send(request("/v1/models").header("x-api-key", key)).body()).contains("\"data\":[]");
    HttpResponse<String> response =
        send(
            request("/tokenize")
                .header("x-api-key", key)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"pom.xml\",\"prompt\":\"hi\"}")));
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body())
        .contains("\"code\":\"model_not_allowed\"", "\"param\":\"model\"", "pom.xml");
  }

  @Test
  void theDatabaseHoldsNoSecret() {
    KeyText key = KeyText.fresh();
    assertThat(key.toString()).doesNotContain(key.reveal().substring(21));
    assertThat(key.sha256()).hasSize(64).doesNotContain(key.reveal().substring(21));
    assertThat(KeyText.parse(key.reveal()))
        .hasValueSatisfying(parsed -> assertThat(parsed.matches(key.sha256())).isTrue());
  }

  private int status(String key) throws Exception {
    return send(elsewhere("/v1/models").header("Authorization", "Bearer " + key)).statusCode();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private HttpRequest.Builder elsewhere(String path) {
    return request(path).header("X-Forwarded-For", "192.0.2.1");
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
