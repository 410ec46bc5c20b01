package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.OperationRecord.State;
import dev.javelin.fake.FakeHub;
import dev.javelin.fake.FakeHub.Mishap;
import dev.javelin.fake.ServerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.util.unit.DataSize;

@ServerTest
class HubPullsTests {
  private static final byte[] WEIGHTS = new byte[300_000];

  static {
    new Random(1).nextBytes(WEIGHTS);
  }

  @TempDir Path data;
  @Autowired Models models;
  @Autowired Registrations registrations;
  @Autowired Operations operations;
  @Autowired Node node;
  @Autowired ProfileDocuments documents;
  private String model = "";
  private FakeHub hub;

  @BeforeEach
  void open() throws IOException {
    model = "h" + System.nanoTime();
    models.create(model, "");
    hub = new FakeHub();
    hub.files.put("model.gguf", WEIGHTS);
  }

  @AfterEach
  void close() {
    hub.close();
  }

  @Test
  void aFileIsPulledVerifiedAndRegistered() throws IOException {
    OperationView pull = pulled("hf:owner/name:model.gguf");
    assertThat(pull.state()).as("%s", pull.problem()).isEqualTo(State.SUCCEEDED);
    assertThat(pull.log().toString()).contains("downloading", "verifying", "registering");
    ModelVersion version = models.versions(model).getFirst();
    assertThat(version.source()).isEqualTo("hf:owner/name:model.gguf");
    assertThat(Files.readAllBytes(Path.of(version.path()))).isEqualTo(WEIGHTS);
    assertThat(stored()).containsExactly("model.gguf");
  }

  @Test
  void aFolderIsPulledWithoutWhatItDoesNotNeed() throws IOException {
    hub.files.put("config.json", "{}".getBytes());
    hub.files.put("model.safetensors", WEIGHTS);
    hub.files.put("README.md", "read".getBytes());
    OperationView pull = pulled("hf:owner/name");
    assertThat(pull.state()).as("%s", pull.problem()).isEqualTo(State.SUCCEEDED);
    assertThat(Path.of(models.versions(model).getFirst().path())).isDirectory();
    assertThat(stored()).containsExactlyInAnyOrder("config.json", "model.safetensors");
  }

  @Test
  void aWrongChecksumIsNeitherKeptNorRegistered() throws IOException {
    hub.claimed.put("model.gguf", "0".repeat(64));
    OperationView pull = pulled("hf:owner/name:model.gguf");
    assertThat(pull.state()).isEqualTo(State.FAILED);
    assertThat(String.valueOf(pull.problem())).contains("hub-failed", "checksum");
    assertThat(stored()).isEmpty();
    assertThat(models.versions(model)).isEmpty();
    hub.claimed.clear();
    assertThat(pulled("hf:owner/name:model.gguf").state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void whatTheStoreMayNotHoldIsNotFetched() throws IOException {
    hub.files.put("large.gguf", new byte[2_000_000]);
    OperationView pull = pulled("hf:owner/name:large.gguf");
    assertThat(String.valueOf(pull.problem())).contains("quota-exceeded");
    assertThat(hub.ranges).isEmpty();
    assertThat(stored()).isEmpty();
  }

  @Test
  void otherFilesOfTheRepositoryMakeNoRoom() throws IOException {
    hub.files.put("half.gguf", new byte[700_000]);
    hub.files.put("other.gguf", new byte[700_000]);
    assertThat(pulled("hf:owner/name:half.gguf").state()).isEqualTo(State.SUCCEEDED);
    OperationView pull = pulled("hf:owner/name:other.gguf");
    assertThat(String.valueOf(pull.problem())).contains("quota-exceeded");
    assertThat(stored()).containsExactly("half.gguf");
  }

  @Test
  void failuresAndCutsOfTheHubAreMended() throws IOException {
    hub.mishaps.add(new Mishap.Status(503));
    hub.mishaps.add(new Mishap.CutAfter(100_000));
    hub.mishaps.add(new Mishap.Status(500));
    assertThat(pulled("hf:owner/name:model.gguf").state()).isEqualTo(State.SUCCEEDED);
    assertThat(hub.ranges).hasSize(4);
    assertThat(List.copyOf(hub.ranges).getLast()).matches("bytes=\\d{4,}-");
    assertThat(models.versions(model)).hasSize(1);
  }

  @Test
  void whatAFailedPullHasIsNotFetchedAgain() throws IOException {
    hub.mishaps.add(new Mishap.CutAfter(100_000));
    for (int i = 0; i < 5; i++) {
      hub.mishaps.add(new Mishap.Status(503));
    }
    assertThat(pulled("hf:owner/name:model.gguf").state()).isEqualTo(State.FAILED);
    assertThat(stored()).containsExactly("model.gguf.part");
    hub.ranges.clear();
    assertThat(pulled("hf:owner/name:model.gguf").state()).isEqualTo(State.SUCCEEDED);
    assertThat(List.copyOf(hub.ranges).getFirst()).matches("bytes=\\d{4,}-");
  }

  @Test
  void aCancelledPullLeavesNothingEvenOfASilentHub() throws Exception {
    hub.files.put("config.json", "{}".getBytes());
    hub.files.put("model.safetensors", WEIGHTS);
    hub.mishaps.add(new Mishap.CutAfter(2)); // of config.json: all of it
    hub.mishaps.add(new Mishap.SilentAfter(100_000));
    Operation pull = pulls().start(model, HubName.parse("hf:owner/name"), "test");
    hub.silent.await();
    operations.cancel(pull.id(), "test");
    assertThat(ended(pull).state()).isEqualTo(State.CANCELLED);
    assertThat(stored()).isEmpty();
    assertThat(models.versions(model)).isEmpty();
  }

  @Test
  void aHubWhoseFilesNeverComeIsLeftAloneThoughItLists() throws IOException {
    for (int i = 0; i < 20; i++) {
      hub.mishaps.add(new Mishap.Status(503));
    }
    HubPulls pulls = pulls();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Operation pull = pulls.start(model, HubName.parse("hf:owner/name:model.gguf"), "test");
      problems.add(String.valueOf(ended(pull).problem()));
    }
    assertThat(problems.get(1)).contains("503");
    assertThat(problems.get(2)).contains("left alone for a while");
    assertThat(hub.ranges).hasSize(10);
  }

  @Test
  void onlyKnownModelsAreFed() {
    assertThatThrownBy(() -> pulls().start("nothing", HubName.parse("hf:owner/name"), "test"))
        .isInstanceOf(CatalogException.class);
  }

  private OperationView pulled(String name) throws IOException {
    return ended(pulls().start(model, HubName.parse(name), "test"));
  }

  private OperationView ended(Operation pull) {
    while (operations.require(pull.id()).state().live()) {
      Thread.onSpinWait();
    }
    return operations.require(pull.id());
  }

  private HubPulls pulls() throws IOException {
    ServingProperties properties =
        new ServingProperties(
            List.of(),
            "",
            DataSize.ofBytes(1_000_000),
            Duration.ofHours(1),
            hub.url(),
            "",
            true,
            Duration.ofMillis(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(1),
            DataSize.ofMegabytes(1),
            5,
            Duration.ofSeconds(1));
    ModelRoots roots = new ModelRoots(properties, data.toString(), data.toString());
    return new HubPulls(
        new HubClient(properties),
        new Store(roots, properties),
        models,
        registrations,
        operations,
        node,
        documents);
  }

  private List<String> stored() throws IOException {
    Path folder = data.resolve("store/hub/owner/name");
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
