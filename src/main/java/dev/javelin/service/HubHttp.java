package dev.javelin.service;

import dev.javelin.service.HubClient.TransientException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.util.Timeout;

/**
 * GETs from a hub and from where it redirects to, at addresses that may be called. The token goes
 * to the hub's own address and nowhere it redirects to.
 */
final class HubHttp implements AutoCloseable {
  private static final int REDIRECTS = 5;
  private static final int CONNECTIONS = 64;
  private static final Timeout CONNECT = Timeout.ofSeconds(10);

  private final URI base;
  private final String token;
  private final HubAddresses addresses;
  private final CloseableHttpClient client;

  /**
   * @param token empty: none
   * @param silence without a byte after which a hub counts as away
   */
  HubHttp(URI base, String token, HubAddresses addresses, Duration silence) {
    this.base = base;
    this.token = token;
    this.addresses = addresses;
    Timeout patience = Timeout.of(silence);
    client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setDnsResolver(addresses)
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(CONNECT)
                            .setSocketTimeout(patience)
                            .build())
                    .setMaxConnPerRoute(CONNECTIONS)
                    .setMaxConnTotal(CONNECTIONS)
                    .build())
            .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(patience).build())
            // Each may lead to an address that must not be called, and must not get the token.
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            // A range is one of the file, not of what a server made of it.
            .disableContentCompression()
            .build();
  }

  /**
   * @param from the first byte that is wanted
   * @return a response of status 200, or 206 if it begins at {@code from}; to be closed
   * @throws TransientException if another try may work
   * @throws ProblemException HUB_FAILED or NOT_FOUND
   */
  ClassicHttpResponse get(URI uri, long from) {
    URI next = uri;
    for (int i = 0; i <= REDIRECTS; i++) {
      addresses.require(next);
      ClassicHttpResponse response = send(next, from);
      int status = response.getCode();
      if (status == 200 || status == 206) {
        return response;
      }
      Header location = response.getFirstHeader("Location");
      closeQuietly(response);
      if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
        next = target(next, location == null ? "" : location.getValue());
        continue;
      }
      throw switch (status) {
        case 401, 403 ->
            new ProblemException(
                Problem.of(
                        Problem.Type.HUB_FAILED,
                        "the hub refuses this token for %s".formatted(uri.getPath()))
                    .said("hub-token", uri.getPath()));
        case 404 ->
            new ProblemException(
                Problem.of(Problem.Type.NOT_FOUND, "the hub has no %s".formatted(uri.getPath()))
                    .said("hub-has-no", uri.getPath()));
        case 408, 425, 429, 500, 502, 503, 504 -> new TransientException("it answered " + status);
        default -> HubName.failed("it answered " + status);
      };
    }
    throw HubName.failed("more than %d redirects".formatted(REDIRECTS));
  }

  private static URI target(URI from, String location) {
    try {
      return from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw HubName.failed("a redirect to '%s', which is no address".formatted(location));
    }
  }

  private ClassicHttpResponse send(URI uri, long from) {
    HttpGet request = new HttpGet(uri);
    if (!token.isEmpty() && sameOrigin(uri)) {
      request.setHeader("Authorization", "Bearer " + token);
    }
    if (from > 0) {
      request.setHeader("Range", "bytes=%d-".formatted(from));
    }
    try {
      return client.executeOpen(null, request, null);
    } catch (IOException e) {
      throw new TransientException(String.valueOf(e.getMessage()));
    }
  }

  private static void closeQuietly(ClassicHttpResponse response) {
    try {
      response.close();
    } catch (IOException _) {
      // Nobody reads it.
    }
  }

  private boolean sameOrigin(URI uri) {
    return uri.getScheme().equals(base.getScheme())
        && uri.getHost().equalsIgnoreCase(base.getHost())
        && uri.getPort() == base.getPort();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
