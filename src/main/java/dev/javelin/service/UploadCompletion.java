package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Compares what was sent with what was announced, and makes a version of it. */
@Component
final class UploadCompletion {
  private static final String DONE = "uploads";

  private final Store store;
  private final Models models;
  private final Registrations registrations;
  private final CheckpointFiles files;

  UploadCompletion(Store store, Models models, Registrations registrations, CheckpointFiles files) {
    this.store = store;
    this.models = models;
    this.registrations = registrations;
    this.files = files;
  }

  /**
   * Verifies an upload, moves its files to where they stay and registers them. If that fails they
   * are where they were.
   *
   * @throws ProblemException CHECKSUM_MISMATCH; then nothing of the file at fault is kept
   */
  ModelVersion complete(Upload upload, Operation operation) throws IOException {
    CheckpointFiles.Digests digests = verified(upload, operation);
    operation.stage("registering");
    Path target = target(upload);
    Files.createDirectories(target.getParent());
    Files.move(upload.staged(), target, StandardCopyOption.ATOMIC_MOVE);
    try {
      return operation.stored(
          () ->
              registrations.register(
                  upload.model(), checkpoint(upload, target), source(upload), digests));
    } catch (RuntimeException e) {
      Files.move(target, upload.staged(), StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
  }

  /**
   * To be called at a start of the server, whose last end may have come in the middle of {@link
   * #complete}.
   *
   * @return whether it was completed; else its files are where they were before
   */
  boolean completed(Upload upload) throws IOException {
    Path target = target(upload);
    if (!Files.exists(target)) {
      return false;
    }
    if (isRegistered(upload)) {
      return true;
    }
    Files.move(target, upload.staged(), StandardCopyOption.ATOMIC_MOVE);
    return false;
  }

  private boolean isRegistered(Upload upload) {
    return models.find(upload.model()).isPresent()
        && models.versions(upload.model()).stream()
            .anyMatch(version -> version.source().equals(source(upload)));
  }

  private static String source(Upload upload) {
    return "upload:" + upload.id();
  }

  private Path target(Upload upload) {
    return store.path(DONE, upload.id().toString());
  }

  private CheckpointFiles.Digests verified(Upload upload, Operation operation) throws IOException {
    operation.stage("verifying");
    Path path = checkpoint(upload, upload.staged());
    long total = upload.files().stream().mapToLong(Upload.File::sizeBytes).sum();
    long[] done = {0};
    CheckpointFiles.Digests digests =
        files.digest(
            path,
            files.list(path),
            count -> {
              done[0] += count;
              operation.progress(done[0] / (double) total);
            });
    Map<String, @Nullable String> actual = new HashMap<>();
    digests.files().forEach(file -> actual.put(file.name(), file.sha256()));
    for (Upload.File file : upload.files()) {
      String expected = file.sha256();
      if (expected != null && !expected.equalsIgnoreCase(actual.get(file.name()))) {
        Files.delete(upload.staged().resolve(file.name()));
        throw new ProblemException(
            Type.CHECKSUM_MISMATCH,
            "'%s' has the SHA-256 %s, not %s; send it again"
                .formatted(file.name(), actual.get(file.name()), expected));
      }
    }
    return digests;
  }

  /** A single file, the first shard of a split one, or the folder. */
  private static Path checkpoint(Upload upload, Path folder) {
    List<String> names = upload.files().stream().map(Upload.File::name).sorted().toList();
    return CheckpointFiles.isWhole(names) ? folder.resolve(names.getFirst()) : folder;
  }
}
