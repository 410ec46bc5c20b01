package dev.javelin.service;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.service.HubClient.HubFile;
import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Brings a model from a hub into the store and registers it. A pull that failed or was interrupted
 * leaves the parts it has, and the same pull goes on from there; a cancelled one leaves nothing
 * new.
 */
@Service
public final class HubPulls {
  private static final Logger log = LoggerFactory.getLogger(HubPulls.class);
  private static final Set<String> NEEDED = Set.of(".safetensors", ".json", ".jinja", ".model");
  private static final String PART = ".part";

  private final HubClient hub;
  private final Store store;
  private final Models models;
  private final Registrations registrations;
  private final Operations operations;
  private final Node node;
  private final ProfileDocuments documents;

  HubPulls(
      HubClient hub,
      Store store,
      Models models,
      Registrations registrations,
      Operations operations,
      Node node,
      ProfileDocuments documents) {
    this.hub = hub;
    this.store = store;
    this.models = models;
    this.registrations = registrations;
    this.operations = operations;
    this.node = node;
    this.documents = documents;
  }

  /**
   * Begins to pull.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND if there is no such model
   */
  public Operation start(String model, HubName name, String actor) {
    models.require(model);
    String input = documents.write(new Pull(model, name.toString()));
    // Each server has a store of its own, and there two would write to the same parts.
    String claim = "pull %s %s".formatted(node.id(), name);
    return operations.start(
        new Operations.Task("pull", name.toString(), claim, input),
        actor,
        at -> pull(model, name, actor, at));
  }

  /** What a pull was asked for. */
  private record Pull(String model, String hub) {}

  /** Goes on with the pulls that the end of this server interrupted. */
  void resume() {
    for (OperationRecord operation : node.interrupted()) {
      String input = operation.input();
      if (operation.kind().equals("pull") && input != null) {
        Pull pull = documents.read(input, Pull.class);
        try {
          start(pull.model(), HubName.parse(pull.hub()), operation.actor());
        } catch (ProblemException | CatalogException e) {
          // Its model is gone, or somebody began it anew: the others go on.
          log.warn("The pull of {} does not go on: {}", pull.hub(), e.getMessage());
        }
      }
    }
  }

  private Object pull(String model, HubName name, String actor, Operation operation)
      throws IOException {
    operation.stage("listing");
    List<HubFile> files = chosen(name, hub.list(name));
    Lock keep = store.keepsFiles();
    keep.lock();
    try {
      Path folder = fetched(name, files, operation);
      operation.stage("registering");
      Path path = name.file() == null ? folder : folder.resolve(files.getFirst().name());
      return operation
          .stored(() -> registrations.register(model, path, name.toString(), actor))
          .version();
    } finally {
      keep.unlock();
    }
  }

  private Path fetched(HubName name, List<HubFile> files, Operation operation) throws IOException {
    Path folder = store.pullFolder(name.owner(), name.name());
    Set<Path> made = new HashSet<>();
    try (Store.Room _ = store.reserve(() -> missing(files, folder))) {
      fetch(name, files, folder, made, operation);
      return folder;
    } catch (ProblemException e) {
      if (e.problem().type() == Type.CANCELLED) {
        undo(made);
      }
      throw e;
    }
  }

  private static long missing(List<HubFile> files, Path folder) {
    return files.stream()
        .mapToLong(
            file ->
                file.sizeBytes()
                    - Store.size(folder.resolve(file.name()))
                    - Store.size(folder.resolve(file.name() + PART)))
        .sum();
  }

  private static void undo(Set<Path> made) throws IOException {
    for (Path path : made) {
      Files.deleteIfExists(path);
    }
  }

  /**
   * @param made gets the files that were not there before
   */
  private void fetch(
      HubName name, List<HubFile> files, Path folder, Set<Path> made, Operation operation)
      throws IOException {
    long total = files.stream().mapToLong(HubFile::sizeBytes).sum();
    long before = 0;
    for (HubFile file : files) {
      long done = before;
      Path target = folder.resolve(file.name());
      if (!Files.exists(target)) {
        Path part = folder.resolve(file.name() + PART);
        made.add(target);
        if (!Files.exists(part)) {
          made.add(part);
        }
        operation.stage("downloading " + file.name());
        hub.fetch(name, file, part, bytes -> operation.progress((done + bytes) / (double) total));
        operation.stage("verifying " + file.name());
        verify(file, part, operation);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
      before += file.sizeBytes();
    }
  }

  /** The named file with its other shards; or everything that a folder of safetensors needs. */
  private static List<HubFile> chosen(HubName name, List<HubFile> all) {
    String file = name.file();
    List<HubFile> found =
        file == null
            ? all.stream().filter(entry -> needed(entry.name())).toList()
            : all.stream().filter(entry -> CheckpointFiles.belongs(entry.name(), file)).toList();
    for (HubFile entry : found) {
      if (entry.name().contains("/")
          || entry.name().contains("\\")
          || entry.name().startsWith(".")) {
        throw HubName.failed("the hub names a file '%s'".formatted(entry.name()));
      }
    }
    if (found.isEmpty()) {
      throw new ProblemException(
          Problem.of(
                  Type.NOT_FOUND,
                  "%s has no such file; it has %s"
                      .formatted(name, all.stream().map(HubFile::name).limit(20).toList()))
              .said("hub-no-file", name, all.stream().map(HubFile::name).limit(20).toList()));
    }
    return found;
  }

  private static boolean needed(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return !name.contains("/") && NEEDED.stream().anyMatch(lower::endsWith);
  }

  /** What is wrong is not kept: the next pull would go on from it. */
  private static void verify(HubFile file, Path part, Operation operation) throws IOException {
    String expected = file.sha256();
    if (expected == null) {
      operation.log("the hub tells no checksum of " + file.name());
      return;
    }
    String actual = CheckpointFiles.digest(part, _ -> operation.checkCancelled());
    if (!actual.equals(expected)) {
      Files.delete(part);
      throw HubName.failed(
          "%s has the checksum %s, not %s as the hub said"
              .formatted(file.name(), actual, expected));
    }
  }
}
