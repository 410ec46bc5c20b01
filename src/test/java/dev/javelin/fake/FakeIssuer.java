package dev.javelin.fake;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;

/** An OpenID Connect provider that gives whoever asks the token that a test prepared. */
public final class FakeIssuer implements AutoCloseable {
  public static final String CLIENT = "javelin";
  public static final String SECRET = "planted-client-secret";
  private final HttpServer server;
  private @Nullable RSAKey key;
  private volatile String token = "";

  FakeIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/jwks", at -> answer(at, new JWKSet(key().toPublicJWK()).toString()));
    server.createContext(
        "/token",
        at ->
            answer(
                at,
                """
                {"access_token":"a","token_type":"Bearer","expires_in":300,"id_token":"%s"}"""
                    .formatted(token)));
    server.start();
  }

  /** Made when it is needed: most tests log nobody in here. */
  private synchronized RSAKey key() {
    RSAKey made = key;
    if (made == null) {
      try {
        made = new RSAKeyGenerator(2048).keyID("test").generate();
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
      key = made;
    }
    return made;
  }

  /** The next person who comes back from here. */
  public void willVouchFor(String subject, List<String> groups, String nonce) throws JOSEException {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(uri(""))
            .subject(subject)
            .audience(CLIENT)
            .issueTime(new Date())
            .expirationTime(Date.from(Instant.now().plusSeconds(300)))
            .claim("nonce", nonce)
            .claim("groups", groups)
            .build();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key().getKeyID()).build(), claims);
    jwt.sign(new RSASSASigner(key()));
    token = jwt.serialize();
  }

  ClientRegistration registration() {
    return ClientRegistration.withRegistrationId("fake")
        .clientId(CLIENT)
        .clientSecret(SECRET)
        .clientName("Fake")
        .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
        .redirectUri("{baseUrl}/login/oauth2/code/{registrationId}")
        .scope("openid")
        .issuerUri(uri(""))
        .authorizationUri(uri("/authorize"))
        .tokenUri(uri("/token"))
        .jwkSetUri(uri("/jwks"))
        .userNameAttributeName("sub")
        .build();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private String uri(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static void answer(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
