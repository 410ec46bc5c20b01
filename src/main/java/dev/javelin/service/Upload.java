package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files on their way into the store. How much of each is there is what the disk has of it, so an
 * upload goes on after a restart.
 */
public final class Upload {
  static final String MANIFEST = "upload.json";
  private static final String FILES = "files";

  /**
   * A file as it was announced.
   *
   * @param sha256 what it must have, in hex; null if the client does not know
   */
  public record File(String name, long sizeBytes, @Nullable String sha256) {}

  /** What was announced; written down beside the files. */
  record Manifest(UUID id, String model, String actor, Instant createdAt, List<File> files) {}

  public enum State {
    /** Takes bytes. */
    OPEN,
    /** Everything is there; an operation verifies and registers it. */
    COMPLETING
  }

  /**
   * An upload as the API shows it.
   *
   * @param expiresAt when it is thrown away if no more bytes come
   */
  public record UploadView(
      UUID id,
      String model,
      String actor,
      State state,
      List<UploadedFile> files,
      Instant createdAt,
      Instant expiresAt) {}

  /**
   * @param receivedBytes where the next part begins
   */
  public record UploadedFile(
      String name, long sizeBytes, @Nullable String sha256, long receivedBytes) {}

  private final Manifest manifest;
  private final Path folder;
  private final Map<String, File> byName = new LinkedHashMap<>();
  private final Set<String> receiving = new HashSet<>();
  private @Nullable Operation completing;
  private boolean gone;

  /**
   * @param folder holds the manifest, and below it the files
   */
  Upload(Manifest manifest, Path folder) {
    this.manifest = manifest;
    this.folder = folder;
    manifest.files().forEach(file -> byName.put(file.name(), file));
  }

  UUID id() {
    return manifest.id();
  }

  String model() {
    return manifest.model();
  }

  List<File> files() {
    return manifest.files();
  }

  Path folder() {
    return folder;
  }

  /** Where the files are until they are registered. */
  Path staged() {
    return folder.resolve(FILES);
  }

  /** What is still to come of it. */
  long missingBytes() {
    return files().stream().mapToLong(file -> file.sizeBytes() - received(file)).sum();
  }

  private long received(File file) {
    return Store.size(staged().resolve(file.name()));
  }

  /** When the last byte came. */
  Instant touchedAt() {
    try (Stream<Path> all = Files.walk(folder)) {
      Instant last = Instant.EPOCH;
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        Instant written = Files.getLastModifiedTime(path).toInstant();
        last = written.isAfter(last) ? written : last;
      }
      return last;
    } catch (IOException | UncheckedIOException e) {
      return manifest.createdAt();
    }
  }

  UploadView view(Duration expiry) {
    List<UploadedFile> files =
        files().stream()
            .map(
                file ->
                    new UploadedFile(file.name(), file.sizeBytes(), file.sha256(), received(file)))
            .toList();
    return new UploadView(
        manifest.id(),
        manifest.model(),
        manifest.actor(),
        completing() == null ? State.OPEN : State.COMPLETING,
        files,
        manifest.createdAt(),
        touchedAt().plus(expiry));
  }

  /**
   * The right to write bytes of one file, to be closed.
   *
   * @param contentRange null: the whole file, anew
   * @throws ProblemException NOT_FOUND if no such file was announced, CONFLICT while others write
   *     it or it is being registered, RANGE_NOT_SATISFIABLE if it is not the next part
   */
  synchronized UploadPart part(String name, @Nullable String contentRange) {
    File file = byName.get(name);
    if (file == null) {
      throw new ProblemException(
          Type.NOT_FOUND,
          "no file '%s' was announced; there are %s".formatted(name, byName.keySet()));
    }
    ByteRange range = ByteRange.of(contentRange, file.sizeBytes());
    requireOpen();
    long received = received(file);
    if (contentRange != null && range.start() != received) {
      throw new ProblemException(
          new Problem(
              Type.RANGE_NOT_SATISFIABLE,
              "the next part of '%s' begins at byte %d, not %d"
                  .formatted(name, received, range.start()),
              List.of(),
              Map.of("receivedBytes", received)));
    }
    if (!receiving.add(name)) {
      throw new ProblemException(
          Type.CONFLICT, "'%s' is being received in another request".formatted(name));
    }
    try {
      return new UploadPart(this, name, staged().resolve(name), range);
    } catch (IOException e) {
      receiving.remove(name);
      throw new UncheckedIOException(e);
    }
  }

  synchronized void received(String name) {
    receiving.remove(name);
  }

  UploadedFile fileView(String name) {
    File file = byName.get(name);
    if (file == null) {
      throw new IllegalArgumentException(name);
    }
    return new UploadedFile(name, file.sizeBytes(), file.sha256(), received(file));
  }

  /**
   * From now on no more bytes are taken.
   *
   * @throws ProblemException CONFLICT if bytes are missing or on their way
   */
  synchronized void close() {
    requireOpen();
    List<UploadedFile> missing =
        files().stream()
            .map(file -> fileView(file.name()))
            .filter(file -> file.receivedBytes() < file.sizeBytes())
            .toList();
    if (!missing.isEmpty() || !receiving.isEmpty()) {
      throw new ProblemException(
          new Problem(
              Type.CONFLICT,
              "bytes are still missing of " + missing.stream().map(UploadedFile::name).toList(),
              List.of(),
              Map.of("missing", missing)));
    }
  }

  synchronized void completing(@Nullable Operation operation) {
    completing = operation;
  }

  synchronized @Nullable Operation completing() {
    return completing;
  }

  /**
   * What is written from now on goes nowhere.
   *
   * @throws ProblemException CONFLICT while it is being registered
   */
  synchronized void abandon() {
    if (completing != null) {
      throw new ProblemException(
          Type.CONFLICT,
          "it is being registered; cancel the operation %s first".formatted(completing.id()));
    }
    gone = true;
  }

  synchronized void requireOpen() {
    if (gone) {
      throw Uploads.unknown(id());
    }
    if (completing != null) {
      throw new ProblemException(
          Type.CONFLICT, "it is being registered by the operation " + completing.id());
    }
  }

  /** Whether bytes come just now. */
  synchronized boolean busy() {
    return !receiving.isEmpty() || completing != null;
  }
}
