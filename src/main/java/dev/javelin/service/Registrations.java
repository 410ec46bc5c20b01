package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.NewVersion;
import dev.javelin.catalog.VersionFile;
import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.ModelDescription;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Makes versions of checkpoints on disk. */
@Service("versionRegistrations") // OpenID Connect has the name registrations
public final class Registrations {
  private final Models models;
  private final LoadPlanner planner;
  private final CheckpointFiles files;
  private final Store store;
  private final Operations operations;
  private final Events events;

  Registrations(
      Models models,
      LoadPlanner planner,
      CheckpointFiles files,
      Store store,
      Operations operations,
      Events events) {
    this.models = models;
    this.planner = planner;
    this.files = files;
    this.store = store;
    this.operations = operations;
    this.events = events;
  }

  /** A version, and the operation that digests its files; null if they are digested already. */
  public record Registered(ModelVersion version, @Nullable Operation digest) {}

  /**
   * Registers a checkpoint as the next version of a model, and begins to digest its files. What is
   * there already unchanged is not registered again.
   *
   * @param path trusted: whoever calls this has checked that it may be read
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE or UNSUPPORTED_MODEL
   */
  public Registered register(String model, Path path, String source, String actor) {
    return digested(add(model, path, source), actor);
  }

  /**
   * As {@link #register}, without the digest: work that begins in a transaction would not see what
   * the transaction wrote.
   */
  ModelVersion add(String model, Path path, String source) {
    Path absolute = path.toAbsolutePath().normalize();
    Lock keep = store.keepsFiles();
    keep.lock();
    try {
      ModelDescription description = planner.describe(absolute);
      for (ModelVersion known : models.versions(model)) {
        if (known.path().equals(absolute.toString()) && files.unchanged(known)) {
          return known;
        }
      }
      return models.addVersion(
          model, newVersion(source, absolute, description, files.list(absolute)));
    } finally {
      keep.unlock();
    }
  }

  /** Tells of a version that was added, and begins to digest its files unless that is done. */
  Registered digested(ModelVersion version, String actor) {
    events.publish("version", version.label(), version);
    return new Registered(version, version.sha256() == null ? digest(version, actor) : null);
  }

  /**
   * Registers a checkpoint whose digests are known as the next version of a model. Called again, as
   * after a connection that broke before the answer, it goes on with the version that it made.
   *
   * @param source of no other checkpoint
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE or UNSUPPORTED_MODEL
   */
  ModelVersion register(String model, Path path, String source, CheckpointFiles.Digests digests) {
    ModelDescription description = planner.describe(path);
    ModelVersion added =
        models.versions(model).stream()
            .filter(known -> known.source().equals(source))
            .findFirst()
            .orElseGet(
                () ->
                    models.addVersion(
                        model, newVersion(source, path, description, digests.files())));
    ModelVersion version = models.storeDigests(added.id(), digests.sha256(), file -> file);
    events.publish("version", version.label(), version);
    return version;
  }

  private static NewVersion newVersion(
      String source, Path path, ModelDescription description, List<VersionFile> files) {
    return new NewVersion(
        source,
        path.toString(),
        description.format(),
        description.architecture(),
        description.contextLength(),
        description.tokenizerSha256(),
        description.templateSha256(),
        description.licence(),
        files);
  }

  /** Null if another server does it already. */
  private @Nullable Operation digest(ModelVersion version, String actor) {
    var once = Operations.Task.claiming("digest", version.label(), version.id().toString());
    try {
      return operations.start(once, actor, at -> digestNow(version, at));
    } catch (ProblemException e) {
      if (e.problem().type() == Problem.Type.CONFLICT) {
        return null;
      }
      throw e;
    }
  }

  private ModelVersion digestNow(ModelVersion version, Operation operation) {
    operation.stage("digest");
    long[] done = {0};
    CheckpointFiles.Digests digests =
        files.digest(
            Path.of(version.path()),
            version.files(),
            count -> {
              done[0] += count;
              operation.progress(done[0] / (double) Math.max(1, version.sizeBytes()));
            });
    files.checkUnchanged(version);
    Map<String, VersionFile> byName = new HashMap<>();
    digests.files().forEach(file -> byName.put(file.name(), file));
    ModelVersion stored =
        operation.stored(
            () ->
                models.storeDigests(
                    version.id(),
                    digests.sha256(),
                    file -> byName.getOrDefault(file.name(), file)));
    events.publish("version", stored.label(), stored);
    return stored;
  }

  /** Versions whose digest was interrupted go on being digested. */
  void resumeDigests() {
    List<ModelVersion> undigested =
        models.versions().stream()
            .filter(version -> version.sha256() == null && files.unchanged(version))
            .toList();
    undigested.forEach(version -> digest(version, "start"));
  }
}
