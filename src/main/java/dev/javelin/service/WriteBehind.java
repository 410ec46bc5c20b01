package dev.javelin.service;

import dev.javelin.catalog.DatabaseAway;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest state of things that live here, until the database has it. Rows are the copy: while
 * the database is away nothing waits for it, and nothing is lost.
 */
final class WriteBehind<T> {
  private static final Logger log = LoggerFactory.getLogger(WriteBehind.class);

  private final Consumer<T> write;
  private final Map<UUID, T> waiting = new ConcurrentHashMap<>();

  /**
   * @param write puts one into the database; what it throws while the database is away is tried
   *     again
   */
  WriteBehind(Consumer<T> write) {
    this.write = write;
  }

  /** The state to be written, in place of one that still waits. */
  void put(UUID id, T state) {
    waiting.put(id, state);
  }

  /** Writes what waits; one thread at a time, so that no older state follows a newer one. */
  synchronized void flush() {
    for (UUID id : waiting.keySet()) {
      @Nullable T state = waiting.remove(id);
      if (state == null) {
        continue;
      }
      try {
        write.accept(state);
      } catch (RuntimeException e) {
        if (DatabaseAway.is(e)) {
          // Node says so once.
          waiting.putIfAbsent(id, state);
          return;
        }
        log.error("The state of {} could not be written down", id, e);
      }
    }
  }
}
