package dev.javelin.security;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;

/**
 * Tells requests from this machine, which need no key for inference, from all others. A request
 * counts as local only if the server listens on the loopback address alone, it came from there, no
 * proxy handed it on, and a browser would call its target and its origin this machine too: else any
 * web page could have a name of its own resolve to 127.0.0.1 and call the server (DNS rebinding).
 */
@Component
final class LocalAccess {
  private static final List<String> PROXY_HEADERS =
      List.of(
          "Forwarded",
          "Via",
          "X-Forwarded-For",
          "X-Forwarded-Host",
          "X-Forwarded-Proto",
          "X-Forwarded-Port",
          "X-Forwarded-Prefix",
          "X-Real-IP");

  private final boolean loopbackOnly;

  /**
   * @param address what the server listens on; empty: everything
   * @param forwarding other than "none": headers of a proxy are believed, so there is one
   */
  LocalAccess(
      @Value("${server.address:}") String address,
      @Value("${server.forward-headers-strategy:none}") String forwarding) {
    loopbackOnly = isLoopback(address) && forwarding.equalsIgnoreCase("none");
  }

  boolean isLocal(ServerHttpRequest request) {
    @Nullable InetSocketAddress remote = request.getRemoteAddress();
    HttpHeaders headers = request.getHeaders();
    return loopbackOnly
        && remote != null
        && remote.getAddress() != null
        && remote.getAddress().isLoopbackAddress()
        && PROXY_HEADERS.stream().noneMatch(headers::containsHeader)
        && isHere(request.getURI().getHost())
        && originIsHere(headers.getFirst(HttpHeaders.ORIGIN));
  }

  private static boolean originIsHere(@Nullable String origin) {
    if (origin == null) {
      return true;
    }
    try {
      return isHere(URI.create(origin).getHost());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Without a look-up: only names that no resolver can make mean something else. */
  private static boolean isHere(@Nullable String host) {
    return host != null
        && (host.equalsIgnoreCase("localhost")
            || host.equals("[::1]")
            || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}"));
  }

  private static boolean isLoopback(String address) {
    try {
      return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
