package dev.javelin.service;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Addresses that are not the public internet: see the <a
 * href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA special-purpose
 * registries</a>.
 */
final class PrivateAddresses {
  private PrivateAddresses() {}

  static boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    if (address instanceof Inet6Address) {
      // Unique local addresses, and those that wrap an IPv4 address: 6to4, NAT64, Teredo.
      return (first & 0xfe) == 0xfc
          || (first == 0x20 && second == 0x02)
          || (first == 0x00 && second == 0x64)
          || (first == 0x20 && second == 0x01 && bytes[2] == 0 && bytes[3] == 0);
    }
    return first == 0
        || first >= 240
        || (first == 100 && second >= 64 && second < 128)
        || (first == 192 && second == 0 && bytes[2] == 0)
        || (first == 198 && (second == 18 || second == 19));
  }
}
