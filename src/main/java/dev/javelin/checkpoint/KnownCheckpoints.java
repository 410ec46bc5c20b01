package dev.javelin.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was worked out from the files of the checkpoints that were asked for last, as long as they
 * stay as they are: reading a vocabulary of 150,000 words again for every look at a model takes
 * long. Thread-safe.
 */
public final class KnownCheckpoints<T> {
  private static final int KEPT = 16;

  /** As far as a look at the folder tells: whoever wants to be sure has digests. */
  private record State(long bytes, long newestMillis, int files) {}

  private record Known<T>(State state, T value) {}

  private final Map<Path, Known<T>> known =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Known<T>> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param read what is kept; what it throws is not
   */
  public T get(Path path, Function<Path, T> read) {
    State state = state(path);
    Known<T> found = find(path);
    if (found != null && found.state().equals(state)) {
      return found.value();
    }
    T value = read.apply(path);
    put(path, new Known<>(state, value));
    return value;
  }

  private synchronized @Nullable Known<T> find(Path path) {
    return known.get(path);
  }

  private synchronized void put(Path path, Known<T> fresh) {
    known.put(path, fresh);
  }

  /** Of a file its neighbours count, too: configurations and tokenizers lie beside it. */
  private static State state(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    long bytes = 0;
    long newest = 0;
    try (Stream<Path> files = folder == null ? Stream.empty() : Files.list(folder)) {
      List<Path> all = files.toList();
      for (Path file : all) {
        bytes += Files.size(file);
        newest = Math.max(newest, Files.getLastModifiedTime(file).toMillis());
      }
      return new State(bytes, newest, all.size());
    } catch (IOException | UncheckedIOException e) {
      // The reader says what is wrong.
      return new State(-1, System.nanoTime(), 0);
    }
  }
}
