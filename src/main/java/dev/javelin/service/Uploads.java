package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.TimeSortedId;
import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Service;
import org.springframework.util.FileSystemUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Models that clients send: announced, received part by part, then verified and registered. Until
 * then they are in a hidden folder of the store, where a restart finds them.
 */
@Service
public final class Uploads implements DisposableBean {
  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final int MOST = 64;
  private static final String STAGING = ".uploads";
  private static final Duration EXPIRE_EVERY = Duration.ofMinutes(1);

  private final Store store;
  private final Models models;
  private final UploadCompletion completion;
  private final Operations operations;
  private final ServingProperties properties;
  private final Clock clock;
  private final JsonMapper mapper = new JsonMapper();
  private final Map<UUID, Upload> open = new ConcurrentHashMap<>();
  private final Map<UUID, Store.Room> rooms = new ConcurrentHashMap<>();
  private final Background sweeper = new Background("uploads");

  Uploads(
      Store store,
      Models models,
      UploadCompletion completion,
      Operations operations,
      ServingProperties properties,
      Clock clock) {
    this.store = store;
    this.models = models;
    this.completion = completion;
    this.operations = operations;
    this.properties = properties;
    this.clock = clock;
    recover();
    sweeper.repeat(this::expire, EXPIRE_EVERY, EXPIRE_EVERY);
  }

  /**
   * Announces files; their room in the store is kept until they came or expire.
   *
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND if there is no such model
   * @throws ProblemException INVALID_REQUEST if two names are one on some file system,
   *     QUOTA_EXCEEDED if they do not fit, CONFLICT if too many uploads are open
   */
  public Upload.UploadView create(String model, List<Upload.File> announced, String actor) {
    models.require(model);
    requireDistinct(announced);
    UUID id = TimeSortedId.next();
    Upload.Manifest manifest =
        new Upload.Manifest(
            id, model, actor, clock.instant().truncatedTo(ChronoUnit.MICROS), announced);
    try {
      Upload upload = new Upload(manifest, store.path(STAGING, id.toString()));
      synchronized (this) {
        if (open.size() >= MOST) {
          throw new ProblemException(
              Type.CONFLICT, "%d uploads are open; complete or delete some".formatted(MOST));
        }
        rooms.put(id, store.reserve(upload::missingBytes));
        open.put(id, upload);
      }
      try {
        Files.createDirectories(upload.staged());
        Files.writeString(
            upload.folder().resolve(Upload.MANIFEST), mapper.writeValueAsString(manifest));
      } catch (IOException e) {
        forget(upload);
        throw e;
      }
      return view(upload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireDistinct(List<Upload.File> announced) {
    Map<String, String> known = new HashMap<>();
    for (int i = 0; i < announced.size(); i++) {
      String name = announced.get(i).name();
      String same = known.put(name.toLowerCase(Locale.ROOT), name);
      if (same != null) {
        throw new ProblemException(
            Problem.ofField(
                "/files/%d/name".formatted(i),
                "'%s' is there already as '%s'".formatted(name, same)));
      }
    }
  }

  /** Oldest first. */
  public List<Upload.UploadView> list() {
    return open.values().stream()
        .map(this::view)
        .sorted(Comparator.comparing((Upload.UploadView view) -> view.id().toString()))
        .toList();
  }

  /**
   * @throws ProblemException NOT_FOUND
   */
  public Upload.UploadView require(UUID id) {
    return view(find(id));
  }

  /**
   * The right to write bytes of a file; see {@link Upload#part}.
   *
   * @throws ProblemException NOT_FOUND, CONFLICT, RANGE_NOT_SATISFIABLE or INVALID_REQUEST
   */
  public UploadPart part(UUID id, String name, @Nullable String contentRange) {
    return find(id).part(name, contentRange);
  }

  /**
   * Throws away what came.
   *
   * @throws ProblemException NOT_FOUND, or CONFLICT while it is being registered
   */
  public void delete(UUID id) {
    Upload upload = find(id);
    upload.abandon();
    forget(upload);
  }

  /**
   * Begins to verify and register what came. If that fails or is cancelled, the upload is open
   * again; of a file with a wrong checksum nothing is kept.
   *
   * @throws ProblemException NOT_FOUND, or CONFLICT if bytes are missing
   */
  public Operation complete(UUID id, String actor) {
    Upload upload = find(id);
    synchronized (upload) {
      Operation running = upload.completing();
      if (running != null) {
        return running;
      }
      upload.close();
      // It waits for this lock before it opens the upload again.
      Operation operation =
          operations.start("upload", upload.model(), actor, at -> register(upload, at));
      upload.completing(operation);
      return operation;
    }
  }

  private ModelVersion register(Upload upload, Operation operation) throws IOException {
    try {
      ModelVersion version = completion.complete(upload, operation);
      forget(upload);
      return version;
    } finally {
      upload.completing(null);
    }
  }

  private void forget(Upload upload) {
    open.remove(upload.id());
    Store.Room room = rooms.remove(upload.id());
    if (room != null) {
      room.close();
    }
    try {
      FileSystemUtils.deleteRecursively(upload.folder());
    } catch (IOException e) {
      log.warn("What is left of the upload {} could not be deleted", upload.id(), e);
    }
  }

  /** Throws away uploads of which no byte came for long. */
  void expire() {
    for (Upload upload : open.values()) {
      try {
        if (!upload.busy()
            && upload.touchedAt().plus(properties.uploadExpiry()).isBefore(clock.instant())) {
          upload.abandon();
          forget(upload);
          log.info("The upload {} for {} expired", upload.id(), upload.model());
        }
      } catch (RuntimeException e) {
        log.warn("The upload {} could not be thrown away: {}", upload.id(), e.getMessage());
      }
    }
  }

  /** Goes on with what an earlier life left. */
  private void recover() {
    Path staging = store.path(STAGING);
    if (!Files.isDirectory(staging)) {
      return;
    }
    try (Stream<Path> folders = Files.list(staging)) {
      folders.forEach(this::recover);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void recover(Path folder) {
    try {
      Upload upload =
          new Upload(
              mapper.readValue(
                  Files.readString(folder.resolve(Upload.MANIFEST)), Upload.Manifest.class),
              folder);
      if (completion.completed(upload)) {
        forget(upload);
        return;
      }
      open.put(upload.id(), upload);
      rooms.put(upload.id(), store.promise(upload::missingBytes));
    } catch (IOException | JacksonException e) {
      log.warn("{} is no upload and is thrown away: {}", folder, e.getMessage());
      try {
        FileSystemUtils.deleteRecursively(folder);
      } catch (IOException failed) {
        log.warn("{} could not be deleted", folder, failed);
      }
    }
  }

  private Upload find(UUID id) {
    Upload upload = open.get(id);
    if (upload == null) {
      throw unknown(id);
    }
    return upload;
  }

  static ProblemException unknown(UUID id) {
    return new ProblemException(
        Type.NOT_FOUND,
        "there is no upload '%s'; it was registered, deleted or expired".formatted(id));
  }

  private Upload.UploadView view(Upload upload) {
    return upload.view(properties.uploadExpiry());
  }

  @Override
  public void destroy() {
    sweeper.end();
  }
}
