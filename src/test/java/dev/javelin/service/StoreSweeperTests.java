package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.catalog.AliasPolicy;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.CatalogException.Reason;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.FileRemoval;
import dev.javelin.catalog.FileRemovals;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.catalog.InstanceRecords;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.catalog.TimeSortedId;
import dev.javelin.fake.ServerTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.util.unit.DataSize;

/** What becomes of the files of versions that are deleted. */
@ServerTest
class StoreSweeperTests {
  @TempDir Path data;
  @Autowired Models models;
  @Autowired Aliases aliases;
  @Autowired LoadProfiles loadProfiles;
  @Autowired DecodingProfiles decodingProfiles;
  @Autowired FileRemovals removals;
  @Autowired InstanceRecords instances;
  @Autowired Registrations registrations;
  private final String model = "s" + System.nanoTime();
  private Path root = Path.of("");
  private ServingProperties properties;
  private Store store;
  private StoreSweeper sweeper;

  @BeforeEach
  void open() throws IOException {
    models.create(model, "");
    properties =
        new ServingProperties(
            List.of(),
            "",
            DataSize.ofMegabytes(1),
            Duration.ofHours(1),
            "",
            "",
            true,
            Duration.ofMillis(1),
            Duration.ofSeconds(15),
            Duration.ofSeconds(1),
            DataSize.ofMegabytes(1),
            5,
            Duration.ofSeconds(1));
    root = data.toRealPath().resolve("store");
    store = new Store(new ModelRoots(properties, data.toRealPath().toString(), ""), properties);
    sweeper = sweeper(Duration.ZERO);
  }

  /** One to which it is later. */
  private StoreSweeper sweeper(Duration later) {
    return new StoreSweeper(removals, store, properties, Clock.offset(Clock.systemUTC(), later));
  }

  @AfterEach
  void tidy() {
    pending().forEach(removal -> removals.done(removal.id()));
  }

  @Test
  void filesGoWithTheLastVersionThatUsesThem() throws IOException {
    Path file = file("hub/owner/name/a.gguf");
    ModelVersion first = version("hf:owner/name:a.gguf", file);
    Files.writeString(file, "changed"); // what did not change is not registered again
    ModelVersion second = version("hf:owner/name:a.gguf", file);
    models.deleteVersion(model, first.number());
    sweeper.sweep();
    assertThat(file).exists();
    assertThat(pending()).isEmpty();
    models.deleteVersion(model, second.number());
    assertThat(file).as("until the next sweep").exists();
    sweeper.sweep();
    assertThat(left()).isEmpty();
    assertThat(pending()).isEmpty();
  }

  @Test
  void aWholeFolderGoesAndWhatOthersLeftBesideItStays() throws IOException {
    Path folder = file("hub/owner/name/config.json").getParent();
    file("hub/owner/name/model.safetensors");
    ModelVersion version = version("hf:owner/name", folder);
    file("hub/owner/name/other.gguf.part");
    file("uploads/1/a.gguf");
    assertThat(version.locations())
        .containsExactly(folder + "/config.json", folder + "/model.safetensors");
    models.delete(model, Revision.ANY);
    sweeper.sweep();
    assertThat(left()).containsExactly("hub/owner/name/other.gguf.part", "uploads/1/a.gguf");
  }

  @Test
  void anUploadsFolderGoesWithItsFiles() throws IOException {
    Path file = file("uploads/1/a-00001-of-00002.gguf");
    file("uploads/1/a-00002-of-00002.gguf");
    version("upload:1", file);
    models.deleteVersion(model, 1);
    sweeper.sweep();
    assertThat(left()).isEmpty();
    assertThat(root.resolve("uploads")).isEmptyDirectory();
  }

  @Test
  void whatWasRegisteredByPathStaysWhereverItIs() throws IOException {
    Path ours = file("hub/owner/name/a.gguf");
    Path link = Files.createSymbolicLink(data.resolve("link.gguf"), ours);
    version("hf:owner/name:a.gguf", ours);
    version("path:" + link, link);
    models.deleteVersion(model, 1);
    sweeper.sweep();
    assertThat(ours).as("another version has it under another name").exists();
    models.deleteVersion(model, 2);
    assertThat(pending()).isEmpty();
    sweeper.sweep();
    assertThat(ours).exists();
  }

  @Test
  void anEndOfTheServerInBetweenOnlyDelaysIt() throws IOException {
    Path file = file("hub/owner/name/a.gguf");
    version("hf:owner/name:a.gguf", file);
    models.deleteVersion(model, 1);
    assertThat(pending()).extracting(FileRemoval::path).containsExactly(file.toString());
    // The next life: first one that is pulled again before anything was swept …
    version("hf:owner/name:a.gguf", file);
    sweeper(Duration.ZERO).sweep();
    assertThat(file).exists();
    assertThat(pending()).isEmpty();
    // … then one whose file is deleted and whose row is not.
    models.deleteVersion(model, 2);
    Files.delete(file);
    sweeper.sweep();
    assertThat(pending()).as("another server may have it").hasSize(1);
    sweeper(Duration.ofDays(31)).sweep();
    assertThat(pending()).isEmpty();
  }

  @Test
  void whatAFailedPullLeftGoesWhenNobodyGoesOnWithIt() throws IOException {
    Path file = file("hub/owner/name/a.gguf");
    version("hf:owner/name:a.gguf", file);
    file("hub/owner/name/b.gguf.part");
    file("hub/owner/other/config.json");
    Path fresh = file("hub/owner/going/config.json");
    file("hub/owner/going/model.safetensors.part");
    Files.setLastModifiedTime(fresh, FileTime.from(Instant.now().plus(Duration.ofMinutes(50))));
    sweeper(Duration.ofMinutes(50)).expire();
    assertThat(left()).hasSize(5);
    sweeper(Duration.ofMinutes(70)).expire();
    assertThat(left())
        .containsExactly(
            "hub/owner/going/config.json",
            "hub/owner/going/model.safetensors.part",
            "hub/owner/name/a.gguf");
    assertThat(root.resolve("hub/owner/other")).doesNotExist();
  }

  @Test
  void nothingIsDeletedWhileAPullOrARegistrationRuns() throws Exception {
    Path file = file("hub/owner/name/a.gguf");
    version("hf:owner/name:a.gguf", file);
    models.deleteVersion(model, 1);
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    var pull =
        CompletableFuture.runAsync(
            () -> {
              Lock keep = store.keepsFiles();
              keep.lock();
              try {
                held.countDown();
                done.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                keep.unlock();
              }
            });
    held.await();
    sweeper.sweep();
    assertThat(file).exists();
    done.countDown();
    pull.join();
    sweeper.sweep();
    assertThat(file).doesNotExist();
  }

  @Test
  void whatIsInUseIsRefusedAndNothingOfItGoes() throws IOException {
    Path file = file("hub/owner/name/a.gguf");
    ModelVersion version = version("hf:owner/name:a.gguf", file);
    loadProfiles.put(model, "default", "{}", Revision.ANY);
    decodingProfiles.put(model, "default", "{}", Revision.ANY);
    AliasTarget target = new AliasTarget(model, 1, "default", "default");
    aliases.put(model, target, AliasPolicy.DEFAULT, Revision.ANY, "test", "");
    inUse(model);
    aliases.delete(model, Revision.ANY);
    Instant now = Instant.now();
    InstanceRecord elsewhere =
        new InstanceRecord(
            TimeSortedId.next(),
            TimeSortedId.next(),
            version.id(),
            TimeSortedId.next(),
            model,
            1,
            "default",
            "{}",
            null,
            State.READY,
            null,
            now,
            now);
    instances.save(elsewhere);
    inUse("in memory");
    instances.save(elsewhere.with(State.UNLOADED, null, now));
    models.deleteVersion(model, 1);
    assertThat(pending()).hasSize(1);
  }

  private void inUse(String why) {
    for (var call : List.<Runnable>of(() -> models.deleteVersion(model, 1), this::deleteAll)) {
      assertThatThrownBy(call::run)
          .hasMessageContaining(why)
          .isInstanceOfSatisfying(
              CatalogException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
    }
    assertThat(pending()).isEmpty();
    assertThat(models.versions(model)).hasSize(1);
  }

  private void deleteAll() {
    models.delete(model, Revision.ANY);
  }

  private ModelVersion version(String source, Path path) {
    return registrations.add(model, path, source);
  }

  private Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, name);
  }

  /** Of this test's store. */
  private List<FileRemoval> pending() {
    return removals.list().stream()
        .filter(removal -> removal.path().startsWith(root.toString()))
        .toList();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
