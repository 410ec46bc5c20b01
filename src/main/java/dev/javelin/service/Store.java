package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The folder that uploads and pulls are kept in, and how much of it is used. */
@Component
public final class Store {
  private final Path root;
  private final long quotaBytes;
  private final Set<Room> rooms = ConcurrentHashMap.newKeySet();

  Store(ModelRoots roots, ServingProperties properties) {
    root = roots.store();
    quotaBytes = properties.storeQuota().toBytes();
  }

  /**
   * A path in the store, whether it is there or not.
   *
   * @param names each a plain name, checked by whoever calls
   * @throws ProblemException INVALID_REQUEST if it would be outside
   */
  Path path(String... names) {
    Path path = root;
    for (String name : names) {
      path = path.resolve(name);
    }
    path = path.normalize();
    if (!path.startsWith(root)) {
      throw new ProblemException(Type.INVALID_REQUEST, "the name leads out of the store");
    }
    return path;
  }

  /** As {@link #path}, a folder that is made if it is not there. */
  Path folder(String... names) throws IOException {
    return Files.createDirectories(path(names));
  }

  /** Room for bytes that are still to come; nobody else gets it until this is closed. */
  final class Room implements AutoCloseable {
    private final LongSupplier missing;

    private Room(LongSupplier missing) {
      this.missing = missing;
    }

    @Override
    public void close() {
      rooms.remove(this);
    }
  }

  /**
   * Keeps room.
   *
   * @param missing how many bytes are still to come, less and less
   * @throws ProblemException QUOTA_EXCEEDED if they do not fit, by quota or by disk
   */
  synchronized Room reserve(LongSupplier missing) throws IOException {
    Files.createDirectories(root);
    long promised = rooms.stream().mapToLong(room -> room.missing.getAsLong()).sum();
    long space = Math.min(quotaBytes - bytes(root), Files.getFileStore(root).getUsableSpace());
    long free = space - promised;
    long bytes = missing.getAsLong();
    if (bytes > free) {
      throw new ProblemException(
          Type.QUOTA_EXCEEDED,
          "%d MiB more are needed and %d MiB are free of the store's %d MiB"
              .formatted(bytes >> 20, Math.max(0, free) >> 20, quotaBytes >> 20));
    }
    return promise(missing);
  }

  /** As {@link #reserve}, of what was reserved in an earlier life. */
  Room promise(LongSupplier missing) {
    Room room = new Room(missing);
    rooms.add(room);
    return room;
  }

  /** What the files below a folder take. */
  static long bytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(Store::size).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a file takes; 0 if it is not there. */
  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      // It was never there, or went away meanwhile.
      return 0;
    }
  }
}
