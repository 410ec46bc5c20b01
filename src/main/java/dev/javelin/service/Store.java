package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The folder that uploads and pulls are kept in, and how much of it is used. */
@Component
public final class Store {
  private static final String PULLS = "hub";

  private final Path root;
  private final long quotaBytes;
  private final ReadWriteLock files = new ReentrantReadWriteLock();
  private final Set<Room> rooms = ConcurrentHashMap.newKeySet();

  Store(ModelRoots roots, ServingProperties properties) {
    root = roots.store();
    quotaBytes = properties.storeQuota().toBytes();
  }

  /** Held by whoever makes a version of files: until it is stored, none of them goes. */
  Lock keepsFiles() {
    return files.readLock();
  }

  /** Held by whoever deletes files that no version has. */
  Lock deletesFiles() {
    return files.writeLock();
  }

  /**
   * Deletes a file, and the folders that are empty without it.
   *
   * @return false if the file is not in this store
   */
  boolean delete(Path file) throws IOException {
    if (!file.startsWith(root) || !Files.deleteIfExists(file)) {
      return false;
    }
    // What is directly in the root are the folders for uploads and for pulls.
    for (Path folder = file.getParent();
        folder != null && root.relativize(folder).getNameCount() > 1 && isEmpty(folder);
        folder = folder.getParent()) {
      Files.delete(folder);
    }
    return true;
  }

  /** Where pulls of a repository go. */
  Path pullFolder(String owner, String name) throws IOException {
    return Files.createDirectories(path(PULLS, owner, name));
  }

  /** The files of each repository that was pulled, all or in part. */
  List<List<Path>> pulled() {
    List<List<Path>> repositories = new ArrayList<>();
    for (Path owner : children(root.resolve(PULLS))) {
      for (Path repository : children(owner)) {
        repositories.add(children(repository));
      }
    }
    return repositories;
  }

  private static List<Path> children(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.findAny().isEmpty();
    }
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
          Problem.of(
                  Type.QUOTA_EXCEEDED,
                  "%d MiB more are needed and %d MiB are free of the store's %d MiB"
                      .formatted(bytes >> 20, Math.max(0, free) >> 20, quotaBytes >> 20))
              .said("store-full", bytes >> 20, Math.max(0, free) >> 20, quotaBytes >> 20));
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
