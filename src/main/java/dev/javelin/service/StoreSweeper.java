package dev.javelin.service;

import dev.javelin.catalog.FileRemoval;
import dev.javelin.catalog.FileRemovals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Deletes the files of versions that are gone, unless another version uses them. What is to be
 * deleted is in the database, so an end of the server only delays it. Also deletes what pulls that
 * failed left, once nobody went on with them for as long as an upload is kept. Waits while a pull
 * or a registration runs, which may be about to use a file.
 */
@Component
public final class StoreSweeper implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(StoreSweeper.class);

  /** A file that is not here may be in the store of a server that is away. */
  private static final Duration KEPT = Duration.ofDays(30);

  private final FileRemovals removals;
  private final Store store;
  private final Duration expiry;
  private final Clock clock;
  private final Background timer = new Background("store-sweeper");
  private volatile boolean running;

  StoreSweeper(FileRemovals removals, Store store, ServingProperties properties, Clock clock) {
    this.removals = removals;
    this.store = store;
    expiry = properties.uploadExpiry();
    this.clock = clock;
  }

  /** Deletes what versions left that are gone; what cannot be now stays for later. Blocks. */
  void sweep() {
    whileNobodyAdds(
        () -> {
          List<FileRemoval> pending = removals.list();
          Set<Path> used = pending.isEmpty() ? Set.of() : used();
          for (FileRemoval removal : pending) {
            Path file = Path.of(removal.path());
            if (used.contains(real(file)) || removed(file) || isOld(removal)) {
              removals.done(removal.id());
            }
          }
        });
  }

  private boolean isOld(FileRemoval removal) {
    return !Files.exists(Path.of(removal.path()))
        && removal.since().plus(KEPT).isBefore(clock.instant());
  }

  /** Deletes what failed pulls left long ago. Blocks. */
  void expire() {
    whileNobodyAdds(
        () -> {
          Instant limit = clock.instant().minus(expiry);
          List<Path> old = new ArrayList<>();
          for (List<Path> repository : store.pulled()) {
            // A pull by another server, into the same store, touches one of its files all the time.
            if (repository.stream().allMatch(file -> touched(file).isBefore(limit))) {
              old.addAll(repository);
            }
          }
          Set<Path> used = old.isEmpty() ? Set.of() : used();
          old.stream().filter(file -> !used.contains(real(file))).forEach(this::removed);
        });
  }

  private void whileNobodyAdds(Runnable work) {
    Lock lock = store.deletesFiles();
    if (!lock.tryLock()) {
      return;
    }
    try {
      work.run();
    } catch (RuntimeException e) {
      log.warn("Files that no version has stay for now: {}", e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  private Set<Path> used() {
    return removals.used().stream()
        .map(path -> real(Path.of(path)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Where it leads: a version registered by path may have another name for the same file. */
  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }

  private static Instant touched(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant();
    } catch (IOException e) {
      // It went away just now: there is nothing to keep.
      return Instant.EPOCH;
    }
  }

  private boolean removed(Path file) {
    try {
      boolean removed = store.delete(file);
      if (removed) {
        log.info("Deleted {}, which no version has", file);
      }
      return removed;
    } catch (IOException e) {
      log.warn("{} could not be deleted: {}", file, e.toString());
      return false;
    }
  }

  @Override
  public void start() {
    running = true;
    timer.repeat(this::sweep, Duration.ZERO, Duration.ofMinutes(1));
    timer.repeat(this::expire, Duration.ofMinutes(1), Duration.ofHours(1));
  }

  @Override
  public void stop() {
    running = false;
    timer.end();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
