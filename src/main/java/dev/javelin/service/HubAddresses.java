package dev.javelin.service;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Which addresses a hub may be called at. A connection asks for them once and goes to what it was
 * told: a name that answers otherwise the next time leads nowhere else.
 */
final class HubAddresses implements DnsResolver {
  /** Looks a host up. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final Set<String> schemes;
  private final Predicate<InetAddress> forbidden;
  private final Resolver resolver;

  /**
   * @param allowPrivate whether private addresses may be called, and without TLS
   */
  HubAddresses(boolean allowPrivate, Resolver resolver) {
    this(
        allowPrivate ? Set.of("https", "http") : Set.of("https"),
        allowPrivate ? _ -> false : PrivateAddresses::contains,
        resolver);
  }

  HubAddresses(Set<String> schemes, Predicate<InetAddress> forbidden, Resolver resolver) {
    this.schemes = schemes;
    this.forbidden = forbidden;
    this.resolver = resolver;
  }

  /**
   * Checks what can be seen before a connection is made.
   *
   * @throws ProblemException HUB_FAILED unless it names a host and a scheme that may be used
   */
  void require(URI uri) {
    if (uri.getHost() == null || uri.getScheme() == null || !schemes.contains(uri.getScheme())) {
      throw HubName.failed("'%s' is no address that may be called over %s".formatted(uri, schemes));
    }
  }

  /**
   * The addresses of a host, for one connection.
   *
   * @throws ProblemException HUB_FAILED unless all of them may be called
   */
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = resolver.all(host);
    for (InetAddress address : addresses) {
      if (forbidden.test(address)) {
        throw HubName.failed(
            "'%s' is at the private address %s; javelin.serving.hub-allow-private allows that"
                .formatted(host, address.getHostAddress()));
      }
    }
    return addresses;
  }

  /** The name as it is: nothing here depends on another. */
  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }
}
