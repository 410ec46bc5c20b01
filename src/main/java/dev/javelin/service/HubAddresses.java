package dev.javelin.service;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** Which addresses a hub may be called at. */
final class HubAddresses {
  /** Looks a host up. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final boolean allowPrivate;
  private final Resolver resolver;

  HubAddresses(boolean allowPrivate, Resolver resolver) {
    this.allowPrivate = allowPrivate;
    this.resolver = resolver;
  }

  /**
   * @throws ProblemException HUB_FAILED unless it is https to a host all of whose addresses are
   *     public, or private ones are allowed
   */
  void require(URI uri) {
    String host = uri.getHost();
    String scheme = uri.getScheme();
    if (host == null || !("https".equals(scheme) || "http".equals(scheme))) {
      throw HubName.failed("'%s' is no address that may be called".formatted(uri));
    }
    if (allowPrivate) {
      return;
    }
    if (!scheme.equals("https")) {
      throw HubName.failed("'%s' must be called over https".formatted(host));
    }
    try {
      for (InetAddress address : resolver.all(host)) {
        if (PrivateAddresses.contains(address)) {
          throw HubName.failed(
              "'%s' is at the private address %s; javelin.serving.hub-allow-private allows that"
                  .formatted(host, address.getHostAddress()));
        }
      }
    } catch (UnknownHostException e) {
      throw new HubClient.TransientException("'%s' has no address".formatted(host));
    }
  }
}
