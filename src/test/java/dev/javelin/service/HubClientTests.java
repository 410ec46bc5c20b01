package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.fake.FakeHub;
import dev.javelin.fake.FakeHub.Mishap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class HubClientTests {
  private static final HubName NAME = HubName.parse("hf:owner/name");
  private static final byte[] WEIGHTS = new byte[300_000];

  static {
    new Random(1).nextBytes(WEIGHTS);
  }

  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void open() throws IOException {
    hub = new FakeHub();
    hub.files.put("model.gguf", WEIGHTS);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItBrokeOff() throws IOException {
    hub.mishaps.add(new Mishap.CutAfter(100_000));
    hub.mishaps.add(new Mishap.Status(503));
    hub.mishaps.add(new Mishap.CutAfter(50_000));
    assertThat(fetched(client(true))).isEqualTo(WEIGHTS);
    List<String> ranges = List.copyOf(hub.ranges);
    assertThat(ranges).hasSize(4);
    assertThat(ranges.getFirst()).isEmpty();
    assertThat(ranges.getLast()).matches("bytes=\\d{5,}-");
  }

  @Test
  void aPartFromAnEarlierLifeIsNotFetchedAgain() throws IOException {
    Files.write(folder.resolve("part"), Arrays.copyOf(WEIGHTS, 200_000));
    assertThat(fetched(client(true))).isEqualTo(WEIGHTS);
    assertThat(hub.ranges).containsExactly("bytes=200000-");
  }

  @Test
  void aHubThatKeepsFailingIsAnErrorThatSaysSo() {
    for (int i = 0; i < 10; i++) {
      hub.mishaps.add(new Mishap.Status(500));
    }
    assertThatThrownBy(() -> fetched(client(true)))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("500");
    assertThat(hub.ranges).hasSize(5);
  }

  @Test
  void aHubThatFailedTenTimesIsLeftAlone() {
    for (int i = 0; i < 20; i++) {
      hub.mishaps.add(new Mishap.Status(503));
    }
    HubClient client = client(true);
    assertThatThrownBy(() -> fetched(client)).hasMessageContaining("503");
    assertThatThrownBy(() -> fetched(client)).hasMessageContaining("503");
    assertThatThrownBy(() -> fetched(client)).hasMessageContaining("left alone");
    assertThat(hub.ranges).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/secret",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/secret",
        "https://two-faced.test/secret",
        "http://public.test/plain",
        "ftp://public.test/file"
      })
  void aRedirectLeadsNowhereThatMayNotBeCalled(String location) {
    HubAddresses addresses = new HubAddresses(false, HubClientTests::resolved);
    HubClient client =
        new HubClient(
            properties(false),
            uri -> {
              if (!uri.toString().startsWith(hub.url())) {
                addresses.require(uri);
              }
            });
    hub.mishaps.add(new Mishap.Redirect(location));
    assertThatThrownBy(() -> fetched(client)).isInstanceOf(ProblemException.class);
    assertThat(hub.ranges).hasSize(1);
    assertThat(folder.resolve("part")).doesNotExist();
  }

  @Test
  void oneOfManyAddressesThatIsPrivateIsEnough() {
    HubAddresses addresses = new HubAddresses(false, HubClientTests::resolved);
    addresses.require(URI.create("https://public.test/x"));
    assertThatThrownBy(() -> addresses.require(URI.create("https://two-faced.test/x")))
        .hasMessageContaining("private address");
  }

  private static InetAddress[] resolved(String host) throws UnknownHostException {
    InetAddress outside = InetAddress.getByName("8.8.8.8");
    return switch (host) {
      case "public.test" -> new InetAddress[] {outside};
      case "two-faced.test" -> new InetAddress[] {outside, InetAddress.getByName("10.0.0.1")};
      default -> InetAddress.getAllByName(host);
    };
  }

  @Test
  void whatIsNotThereOrForbiddenIsNotTriedAgain() {
    hub.mishaps.add(new Mishap.Status(404));
    assertThatThrownBy(() -> fetched(client(true))).hasMessageContaining("no /owner/name");
    hub.mishaps.add(new Mishap.Status(401));
    assertThatThrownBy(() -> fetched(client(true))).hasMessageContaining("token");
    assertThat(hub.ranges).hasSize(2);
  }

  @Test
  void listsFilesWithTheirChecksums() {
    assertThat(client(true).list(NAME))
        .containsExactly(
            new HubClient.HubFile("model.gguf", WEIGHTS.length, FakeHub.sha256(WEIGHTS)));
    assertThatThrownBy(() -> client(true).list(HubName.parse("hf:owner/other")))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void privateAddressesAreNotCalledUnlessAllowed() {
    assertThatThrownBy(() -> client(false).list(NAME)).isInstanceOf(ProblemException.class);
    assertThat(hub.ranges).isEmpty();
    hub.mishaps.add(new Mishap.Redirect("file:///etc/passwd"));
    assertThatThrownBy(() -> fetched(client(true))).hasMessageContaining("may be called");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fc00::1",
        "fe80::1",
        "224.0.0.1",
        "::ffff:10.0.0.1",
        "198.18.0.1"
      })
  void privateAddressesAreKnown(String address) throws Exception {
    assertThat(PrivateAddresses.contains(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111"})
  void publicAddressesAreNotPrivate(String address) throws Exception {
    assertThat(PrivateAddresses.contains(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "owner/name",
        "hf:name",
        "hf:../name",
        "hf:a/b:../c",
        "hf:a/b/c",
        "hf:a/.b",
        "hf:"
      })
  void namesThatAreNoneAreRefused(String name) {
    assertThatThrownBy(() -> HubName.parse(name)).isInstanceOf(ProblemException.class);
  }

  private byte[] fetched(HubClient client) throws IOException {
    Path target = folder.resolve("part");
    client.fetch(
        NAME, new HubClient.HubFile("model.gguf", WEIGHTS.length, null), target, done -> {});
    return Files.readAllBytes(target);
  }

  private HubClient client(boolean allowPrivate) {
    return new HubClient(properties(allowPrivate));
  }

  private ServingProperties properties(boolean allowPrivate) {
    return new ServingProperties(
        List.of(),
        "",
        DataSize.ofMegabytes(1),
        Duration.ofHours(1),
        hub.url(),
        "secret",
        allowPrivate,
        Duration.ofMillis(1),
        Duration.ofSeconds(15),
        Duration.ofSeconds(1),
        DataSize.ofMegabytes(1),
        5,
        Duration.ofSeconds(1));
  }
}
