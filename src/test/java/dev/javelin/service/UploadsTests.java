package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.api.admin.ApiClient;
import dev.javelin.api.admin.ApiClient.Answer;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.account.Role;
import dev.javelin.fake.FakeHub;
import dev.javelin.fake.ServerTest;
import dev.javelin.fake.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServerTest
class UploadsTests {
  private static final Path STORE = Path.of("target/test-data/store").toAbsolutePath();

  /** Thirty times what any other body may have here. */
  private static final byte[] WEIGHTS = new byte[3_000_000];

  static {
    new Random(1).nextBytes(WEIGHTS);
  }

  @LocalServerPort int port;
  @Autowired TestKeys keys;
  @Autowired Uploads uploads;
  @Autowired Store store;
  @Autowired Models models;
  @Autowired Registrations registrations;
  @Autowired UploadCompletion completion;
  @Autowired CheckpointFiles files;
  @Autowired Operations operations;
  @Autowired ServingProperties properties;
  @Autowired Clock clock;
  private ApiClient api = new ApiClient(0, "");
  private String key = "";
  private String model = "";

  @BeforeEach
  void connect() {
    key = keys.with(Role.DEPLOYER);
    api = new ApiClient(port, key);
    model = "u" + System.nanoTime();
    api.post("/api/v1/models", "{\"name\":\"%s\"}".formatted(model)).is(201);
    tidy();
  }

  @AfterEach
  void tidy() {
    uploads.list().forEach(upload -> uploads.delete(upload.id()));
  }

  @Test
  void aFileIsSentVerifiedAndRegistered() throws IOException {
    String path = announced(file("model.gguf", WEIGHTS.length, FakeHub.sha256(WEIGHTS)));
    Answer sent = api.send("PUT", path + "/files/model.gguf", WEIGHTS).is(200);
    assertThat(sent.json().path("receivedBytes").longValue()).isEqualTo(WEIGHTS.length);
    Answer operation = api.succeeded(api.post(path + "/complete", ""));
    assertThat(operation.text("/kind")).isEqualTo("upload");
    assertThat(operation.json().path("log").toString())
        .contains("verifying")
        .contains("registering");
    Answer version = api.get("/api/v1/models/" + model + "/versions/1").is(200);
    assertThat(version.text("/sha256")).isEqualTo(FakeHub.sha256(WEIGHTS));
    assertThat(version.text("/files/0/sha256")).isEqualTo(FakeHub.sha256(WEIGHTS));
    assertThat(version.text("/source")).startsWith("upload:");
    Path stored = Path.of(version.text("/path"));
    assertThat(stored).startsWith(STORE);
    assertThat(Files.readAllBytes(stored)).isEqualTo(WEIGHTS);
    api.get(path).isProblem(404, "not-found");
    assertThat(STORE.resolve(".uploads").resolve(id(path).toString())).doesNotExist();
    api.delete("/api/v1/models/" + model + "/versions/1").is(204);
    assertThat(stored.getParent()).doesNotExist();
  }

  @Test
  void whatWasRegisteredBeforeItsAnswerWasLostIsNotRegisteredTwice() throws IOException {
    Path file = Files.write(STORE.resolve(model + ".gguf"), WEIGHTS);
    CheckpointFiles.Digests digests = files.digest(file, files.list(file), _ -> {});
    ModelVersion first = registrations.register(model, file, "upload:" + model, digests);
    assertThat(first.sha256()).isEqualTo(FakeHub.sha256(WEIGHTS));
    assertThat(registrations.register(model, file, "upload:" + model, digests)).isEqualTo(first);
    assertThat(models.versions(model)).containsExactly(first);
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItBrokeOff() throws IOException {
    String path = announced(file("model.gguf", WEIGHTS.length, FakeHub.sha256(WEIGHTS)));
    cut(path + "/files/model.gguf", Arrays.copyOf(WEIGHTS, 1_234_567));
    int there = (int) awaitReceived(path, 1_234_567);
    part(path, there, 2_000_000).is(200);
    part(path, 2_000_000, WEIGHTS.length).is(200);
    api.succeeded(api.post(path + "/complete", ""));
    assertThat(api.get("/api/v1/models/" + model + "/versions/1").text("/sha256"))
        .isEqualTo(FakeHub.sha256(WEIGHTS));
  }

  @Test
  void anotherLifeOfTheServerGoesOn() {
    String path = announced(file("model.gguf", WEIGHTS.length, null));
    part(path, 0, 1_000_000).is(200);
    Uploads next = new Uploads(store, models, completion, operations, properties, clock);
    try {
      Upload.UploadView known = next.require(id(path));
      assertThat(known.model()).isEqualTo(model);
      assertThat(known.files().getFirst().receivedBytes()).isEqualTo(1_000_000);
    } finally {
      next.destroy();
    }
  }

  @Test
  void aFolderComesInSeveralFilesAtOnce() {
    List<String> names = List.of("config.json", "model.safetensors", "tokenizer.json");
    String path =
        announced(names.stream().map(name -> file(name, 500_000, null)).toArray(String[]::new));
    List<byte[]> contents =
        IntStream.range(0, 3)
            .mapToObj(i -> Arrays.copyOfRange(WEIGHTS, i * 500_000, (i + 1) * 500_000))
            .toList();
    IntStream.range(0, 3)
        .parallel()
        .forEach(i -> api.send("PUT", path + "/files/" + names.get(i), contents.get(i)).is(200));
    api.succeeded(api.post(path + "/complete", ""));
    JsonNode version = api.get("/api/v1/models/" + model + "/versions/1").json();
    assertThat(Path.of(version.path("path").stringValue())).isDirectory();
    for (int i = 0; i < 3; i++) {
      assertThat(version.at("/files/%d/name".formatted(i)).stringValue()).isEqualTo(names.get(i));
      assertThat(version.at("/files/%d/sha256".formatted(i)).stringValue())
          .isEqualTo(FakeHub.sha256(contents.get(i)));
    }
  }

  @Test
  void aWrongFileIsRefusedAndCanBeSentAgain() {
    String path = announced(file("model.gguf", 4, FakeHub.sha256("good".getBytes())));
    api.send("PUT", path + "/files/model.gguf", "evil".getBytes()).is(200);
    Answer failed = api.ended(api.post(path + "/complete", ""));
    assertThat(failed.text("/state")).isEqualTo("FAILED");
    assertThat(failed.text("/problem/type")).isEqualTo("urn:javelin:problem:checksum-mismatch");
    assertThat(api.get("/api/v1/models/" + model + "/versions").json().at("/items")).isEmpty();
    assertThat(received(path)).isZero();
    api.send("PUT", path + "/files/model.gguf", "good".getBytes()).is(200);
    api.succeeded(api.post(path + "/complete", ""));
  }

  @Test
  void whatIsNoModelLeavesTheUploadOpen() {
    String path = announced(file("broken.gguf", 3, null));
    api.send("PUT", path + "/files/broken.gguf", new byte[3]).is(200);
    Answer failed = api.ended(api.post(path + "/complete", ""));
    assertThat(failed.text("/problem/type")).isEqualTo("urn:javelin:problem:invalid-model");
    assertThat(api.get(path).is(200).text("/state")).isEqualTo("OPEN");
    assertThat(STORE.resolve("uploads").resolve(id(path).toString())).doesNotExist();
    api.delete(path).is(204);
    assertThat(STORE.resolve(".uploads").resolve(id(path).toString())).doesNotExist();
  }

  @Test
  void moreThanTheStoreMayHoldIsRefusedBeforeAByteIsSent() {
    long most = properties.storeQuota().toBytes();
    api.post("/api/v1/uploads", body(file("model.gguf", most + 1, null)))
        .isProblem(507, "quota-exceeded");
    // What is announced is as good as there: two cannot both have more than half of the room.
    // Others
    // write to the same disk meanwhile.
    long free = Math.min(most - Store.bytes(STORE), STORE.toFile().getUsableSpace());
    String first = announced(file("model.gguf", free / 10 * 7, null));
    api.post("/api/v1/uploads", body(file("model.gguf", free / 10 * 7, null)))
        .isProblem(507, "quota-exceeded");
    api.delete(first).is(204);
    announced(file("model.gguf", free / 10 * 7, null));
  }

  @Test
  void onlyTheNextBytesAreTaken() {
    String path = announced(file("model.gguf", 10, null));
    part(path, 0, 4).is(200);
    Answer again = part(path, 2, 6).isProblem(416, "range-not-satisfiable");
    assertThat(again.json().path("receivedBytes").longValue()).isEqualTo(4);
    part(path, 5, 6).isProblem(416, "range-not-satisfiable");
    for (String range : List.of("bytes 4-10/10", "bytes 6-5/10", "bytes 4-5/11")) {
      api.send("PUT", path + "/files/model.gguf", new byte[2], "Content-Range", range)
          .isProblem(416, "range-not-satisfiable");
    }
    for (String range : List.of("4-5/10", "bytes -5/10", "bytes 4-5", "bytes a-b/10", "")) {
      api.send("PUT", path + "/files/model.gguf", new byte[2], "Content-Range", range)
          .isProblem(400, "invalid-request");
    }
    api.send("PUT", path + "/files/model.gguf", new byte[3], "Content-Range", "bytes 4-5/10")
        .isProblem(400, "invalid-request");
    api.send("PUT", path + "/files/model.gguf", new byte[11]).isProblem(400, "invalid-request");
    assertThat(received(path)).isEqualTo(4);
    assertThat(api.post(path + "/complete", "").isProblem(409, "conflict").text("/missing/0/name"))
        .isEqualTo("model.gguf");
  }

  @Test
  void aBodyThatIsLongerThanItsPartIsNotKept() throws IOException {
    String path = announced(file("model.gguf", 10, null));
    String answer =
        raw(
            path + "/files/model.gguf",
            "Transfer-Encoding: chunked\r\n\r\nc\r\n0123456789ab\r\n0\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400");
    assertThat(received(path)).isZero();
    String shorter =
        raw(path + "/files/model.gguf", "Transfer-Encoding: chunked\r\n\r\n3\r\n012\r\n0\r\n\r\n");
    assertThat(shorter).startsWith("HTTP/1.1 400").contains("go on at byte 3");
    assertThat(received(path)).isEqualTo(3);
  }

  @Test
  void oneFileIsReceivedOnceAtATime() throws IOException {
    String path = announced(file("model.gguf", 10, null));
    try (Socket slow = begun(path + "/files/model.gguf", "Content-Length: 10\r\n\r\n01234")) {
      awaitReceived(path, 5);
      api.send("PUT", path + "/files/model.gguf", new byte[10]).isProblem(409, "conflict");
      api.post(path + "/complete", "").isProblem(409, "conflict");
      slow.getOutputStream().write("56789".getBytes(StandardCharsets.US_ASCII));
      assertThat(status(slow)).startsWith("HTTP/1.1 200");
    }
    api.succeeded(api.post(path + "/complete", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.gguf",
        "/etc/passwd",
        "a/b.gguf",
        "..",
        ".hidden",
        "C:\\\\evil",
        "a\\\\b",
        "evil.",
        "a\\u0000b",
        ""
      })
  void aNameThatIsNoPlainFileNameIsRefused(String name) {
    Answer refused = api.post("/api/v1/uploads", body(file(name, 4, null)));
    assertThat(refused.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/files/0/name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..%2F..%2Fevil.gguf", "%2e%2e", "upload.json", "other.gguf"})
  void aFileThatWasNotAnnouncedIsNotTaken(String name) {
    String path = announced(file("model.gguf", 4, null));
    int status = api.send("PUT", path + "/files/" + name, new byte[4]).status();
    assertThat(status).isIn(400, 404);
    assertThat(received(path)).isZero();
  }

  @Test
  void aLinkInThePlaceOfAFileIsNotFollowed() throws IOException {
    String path = announced(file("model.gguf", 4, null));
    Path outside = Files.writeString(STORE.resolveSibling("outside-" + model), "keep");
    Files.createSymbolicLink(
        STORE.resolve(".uploads").resolve(id(path) + "/files/model.gguf"), outside);
    assertThat(api.send("PUT", path + "/files/model.gguf", new byte[4]).status()).isEqualTo(500);
    assertThat(outside).hasContent("keep");
    Files.delete(outside);
  }

  @Test
  void namesThatAreOneOnSomeFileSystemsAreRefused() {
    Answer refused =
        api.post("/api/v1/uploads", body(file("a.json", 1, null), file("A.json", 1, null)));
    assertThat(refused.isProblem(400, "invalid-request").text("/errors/0/pointer"))
        .isEqualTo("/files/1/name");
  }

  @Test
  void whatIsAbandonedExpires() throws IOException {
    String left = announced(file("model.gguf", 10, null));
    String used = announced(file("model.gguf", 10, null));
    part(left, 0, 4).is(200);
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    for (String path : List.of(left, used)) {
      try (Stream<Path> all = Files.walk(STORE.resolve(".uploads/" + id(path)))) {
        for (Path file : all.toList()) {
          Files.setLastModifiedTime(file, old);
        }
      }
    }
    part(used, 0, 4).is(200);
    uploads.expire();
    api.get(left).isProblem(404, "not-found");
    assertThat(STORE.resolve(".uploads/" + id(left))).doesNotExist();
    api.get(used).is(200);
  }

  private static String file(String name, long size, String sha256) {
    return "{\"name\":\"%s\",\"sizeBytes\":%d%s}"
        .formatted(name, size, sha256 == null ? "" : ",\"sha256\":\"%s\"".formatted(sha256));
  }

  private String body(String... files) {
    return "{\"model\":\"%s\",\"files\":[%s]}".formatted(model, String.join(",", files));
  }

  /** The path of a new upload. */
  private String announced(String... files) {
    return api.post("/api/v1/uploads", body(files)).is(201).header("Location");
  }

  private static UUID id(String path) {
    return UUID.fromString(path.substring(path.lastIndexOf('/') + 1));
  }

  private Answer part(String path, int from, int to) {
    long size = api.get(path).json().at("/files/0/sizeBytes").longValue();
    return api.send(
        "PUT",
        path + "/files/model.gguf",
        Arrays.copyOfRange(WEIGHTS, from, to),
        "Content-Range",
        "bytes %d-%d/%d".formatted(from, to - 1, size));
  }

  private long received(String path) {
    return api.get(path).is(200).json().at("/files/0/receivedBytes").longValue();
  }

  private long awaitReceived(String path, long bytes) {
    long there = received(path);
    while (there < bytes) {
      Thread.onSpinWait();
      there = received(path);
    }
    return there;
  }

  /** A client that dies in the middle, once the server has what it sent. */
  private void cut(String path, byte[] bytes) throws IOException {
    try (Socket socket = begun(path, "Content-Length: %d\r\n\r\n".formatted(WEIGHTS.length))) {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      awaitReceived(path.substring(0, path.indexOf("/files/")), bytes.length);
    }
    // Until the server has noticed, the file is still being received.
    while (api.send("PUT", path, new byte[0], "Content-Range", "bytes 0-0/" + WEIGHTS.length)
            .status()
        == 409) {
      Thread.onSpinWait();
    }
  }

  private String raw(String path, String rest) throws IOException {
    try (Socket socket = begun(path, rest)) {
      return status(socket);
    }
  }

  private Socket begun(String path, String rest) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket
        .getOutputStream()
        .write(
            "PUT %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n%s"
                .formatted(path, key, rest)
                .getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static String status(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
