package dev.javelin.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

class LocalAccessTests {
  private static final LocalAccess BOUND_HERE = new LocalAccess("127.0.0.1", "none");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "127.8.9.10", "LOCALHOST"})
  void thisMachineIsLocal(String host) throws Exception {
    assertThat(BOUND_HERE.isLocal(request(host, "127.0.0.1").build())).isTrue();
    assertThat(BOUND_HERE.isLocal(request(host, "::1").build())).isTrue();
  }

  @Test
  void anotherAddressIsNot() throws Exception {
    assertThat(BOUND_HERE.isLocal(request("localhost", "192.0.2.1").build())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rebound.example", "127.0.0.1.example", "localhost.example", "0.0.0.0", "[::2]"})
  void aNameSomebodyElseMayOwnIsNot(String host) throws Exception {
    assertThat(BOUND_HERE.isLocal(request(host, "127.0.0.1").build())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8080, true",
    "http://localhost:3000, true",
    "https://page.example, false",
    "null, false",
    "'%', false"
  })
  void theOriginMustBeThisMachineToo(String origin, boolean local) throws Exception {
    var request = request("127.0.0.1", "127.0.0.1").header("Origin", origin).build();
    assertThat(BOUND_HERE.isLocal(request)).isEqualTo(local);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Forwarded", "Via", "x-forwarded-for", "X-Forwarded-Host", "X-Real-IP"})
  void whatAProxyHandsOnIsNot(String header) throws Exception {
    var request = request("127.0.0.1", "127.0.0.1").header(header, "127.0.0.1").build();
    assertThat(BOUND_HERE.isLocal(request)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"'', none", "0.0.0.0, none", "::, none", "127.0.0.1, native", "::1, framework"})
  void nothingIsLocalToAServerThatOthersReach(String address, String forwarding) throws Exception {
    var request = request("127.0.0.1", "127.0.0.1").build();
    assertThat(new LocalAccess(address, forwarding).isLocal(request)).isFalse();
  }

  private static MockServerHttpRequest.BaseBuilder<?> request(String host, String from)
      throws Exception {
    return MockServerHttpRequest.get("http://" + host + ":8080/v1/models")
        .remoteAddress(new InetSocketAddress(InetAddress.getByName(from), 40000));
  }
}
