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
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
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
  void aLargeFileMayBreakOffAsOftenAsItGrows() throws IOException {
    byte[] large = new byte[2_000_000];
    new Random(2).nextBytes(large);
    hub.files.put("large.gguf", large);
    for (int i = 0; i < 8; i++) {
      hub.mishaps.add(new Mishap.CutAfter(200_000));
    }
    Path target = folder.resolve("part");
    HubClient.HubFile file = new HubClient.HubFile("large.gguf", large.length, null);
    client(true).fetch(NAME, file, target, done -> {});
    assertThat(target).hasBinaryContent(large);
    assertThat(hub.ranges).hasSize(9);
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
        "http://127.0.0.2:%d/secret",
        "http://10.1.2.3/secret",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/secret",
        "https://two-faced.test/secret",
        "ftp://public.test/file",
        "file:///etc/passwd",
        "http://a b/"
      })
  void aRedirectLeadsNowhereThatMayNotBeCalled(String location) {
    hub.mishaps.add(new Mishap.Redirect(location.formatted(URI.create(hub.url()).getPort())));
    assertThatThrownBy(() -> fetched(client(HubClientTests::resolved)))
        .isInstanceOf(ProblemException.class);
    assertThat(hub.ranges).hasSize(1);
    assertThat(folder.resolve("part")).doesNotExist();
  }

  @Test
  void oneOfManyAddressesThatIsPrivateIsEnough() throws Exception {
    HubAddresses addresses = new HubAddresses(false, HubClientTests::resolved);
    assertThat(addresses.resolve("public.test")).hasSize(1);
    assertThatThrownBy(() -> addresses.resolve("two-faced.test"))
        .hasMessageContaining("private address");
    assertThatThrownBy(() -> addresses.require(URI.create("http://public.test/x")))
        .hasMessageContaining("https");
  }

  @Test
  void aNameIsAskedForOnceAndWhatItSaidIsCalled() throws IOException {
    Queue<String> answers = new ArrayDeque<>(List.of("127.0.0.1"));
    String host = "rebinding.test:" + URI.create(hub.url()).getPort();
    hub.mishaps.add(new Mishap.Redirect("http://" + host + "/owner/name/resolve/main/model.gguf"));
    HubClient client = client(name -> named(name.equals("127.0.0.1") ? name : answers.remove()));
    assertThat(fetched(client)).isEqualTo(WEIGHTS);
    assertThat(answers).isEmpty();
    assertThat(List.copyOf(hub.hosts).getLast()).isEqualTo(host);
    assertThat(List.copyOf(hub.tokens)).containsExactly("Bearer secret", "");
  }

  @Test
  void aNameThatTurnsPrivateBetweenTwoConnectionsIsNotCalled() throws IOException {
    Queue<String> answers = new ArrayDeque<>(List.of("127.0.0.1", "127.0.0.2"));
    String host = "rebinding.test:" + URI.create(hub.url()).getPort();
    HubClient client = client(name -> named(name.equals("127.0.0.1") ? name : answers.remove()));
    hub.mishaps.add(new Mishap.Redirect("http://" + host + "/owner/name/resolve/main/model.gguf"));
    hub.mishaps.add(new Mishap.CutAfter(100_000)); // the connection with it
    hub.mishaps.add(new Mishap.Redirect("http://" + host + "/owner/name/resolve/main/model.gguf"));
    assertThatThrownBy(() -> fetched(client)).hasMessageContaining("private address 127.0.0.2");
    assertThat(answers).isEmpty();
    assertThat(hub.ranges).hasSize(3);
  }

  private static InetAddress[] resolved(String host) throws UnknownHostException {
    return switch (host) {
      case "public.test" -> named("8.8.8.8");
      case "two-faced.test" -> named("8.8.8.8", "10.0.0.1");
      default -> InetAddress.getAllByName(host);
    };
  }

  private static InetAddress[] named(String... addresses) throws UnknownHostException {
    InetAddress[] all = new InetAddress[addresses.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = InetAddress.getByName(addresses[i]);
    }
    return all;
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
  void aFilesNameIsPartOfThePathWhateverItHolds() throws IOException {
    hub.files.put("my model #1?.gguf", WEIGHTS);
    Path target = folder.resolve("named");
    client(true)
        .fetch(
            NAME,
            new HubClient.HubFile("my model #1?.gguf", WEIGHTS.length, null),
            target,
            done -> {});
    assertThat(target).hasBinaryContent(WEIGHTS);
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

  /** One to which the fake hub's own address is the only one of this machine that is public. */
  private HubClient client(HubAddresses.Resolver resolver) {
    return new HubClient(
        properties(false),
        new HubAddresses(
            Set.of("http", "https"),
            address ->
                PrivateAddresses.contains(address) && !address.getHostAddress().equals("127.0.0.1"),
            resolver));
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
