package dev.javelin.service;

import dev.javelin.service.Problem.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** The folder that uploads and pulls are kept in, and how much of it is used. */
@Component
public final class Store {
  private final Path root;
  private final long quotaBytes;

  Store(ModelRoots roots, ServingProperties properties) {
    root = roots.store();
    quotaBytes = properties.storeQuota().toBytes();
  }

  /**
   * A folder in the store, made if it is not there.
   *
   * @param names each a plain name, checked by whoever calls
   * @throws ProblemException INVALID_REQUEST if it would be outside
   */
  Path folder(String... names) throws IOException {
    Path folder = root;
    for (String name : names) {
      folder = folder.resolve(name);
    }
    folder = folder.normalize();
    if (!folder.startsWith(root)) {
      throw new ProblemException(Type.INVALID_REQUEST, "the name leads out of the store");
    }
    return Files.createDirectories(folder);
  }

  /**
   * @throws ProblemException QUOTA_EXCEEDED if {@code bytes} more do not fit, by quota or by disk
   */
  void requireRoom(long bytes) throws IOException {
    Files.createDirectories(root);
    long used = bytes(root);
    long free = Math.min(quotaBytes - used, Files.getFileStore(root).getUsableSpace());
    if (bytes > free) {
      throw new ProblemException(
          Type.QUOTA_EXCEEDED,
          "%d MiB more are needed and %d MiB are free of the store's %d MiB"
              .formatted(bytes >> 20, Math.max(0, free) >> 20, quotaBytes >> 20));
    }
  }

  /** What the files below a folder take. */
  static long bytes(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(Store::size).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      // It went away meanwhile.
      return 0;
    }
  }
}
