package dev.javelin.security;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Rows read within the last ten seconds, so that not every request reads the database, and requests
 * go on while it is away or slow: then what was known stays for another ten seconds. Otherwise a
 * change made by another server is seen after at most that time.
 */
final class Remembered<T> {
  private static final long FRESH_NANOS = 10_000_000_000L;
  private static final int MOST = 10_000;
  private static final long PATIENCE_MILLIS = 250;

  private record Entry<T>(T value, long readNanos) {
    boolean isFresh() {
      return System.nanoTime() - readNanos < FRESH_NANOS;
    }
  }

  private final ConcurrentHashMap<String, Entry<T>> entries = new ConcurrentHashMap<>();
  private final Function<String, Optional<T>> source;
  private final Scheduler blocking;

  /**
   * @param source blocks
   */
  Remembered(Function<String, Optional<T>> source, Scheduler blocking) {
    this.source = source;
    this.blocking = blocking;
  }

  /** The row with this name; empty if there is none. */
  Mono<T> get(String name) {
    Entry<T> known = entries.get(name);
    return known != null && known.isFresh()
        ? Mono.just(known.value())
        : Mono.fromCallable(() -> read(name, known))
            .subscribeOn(blocking)
            .flatMap(Mono::justOrEmpty);
  }

  /** As {@link #get}, on a thread that may block. */
  Optional<T> now(String name) {
    Entry<T> known = entries.get(name);
    return known != null && known.isFresh() ? Optional.of(known.value()) : read(name, known);
  }

  void forget(String name) {
    entries.remove(name);
  }

  private Optional<T> read(String name, @Nullable Entry<T> known) {
    Optional<T> read = known == null ? source.apply(name) : soon(name, known.value());
    if (read.isPresent()) {
      if (entries.size() >= MOST) {
        entries.clear();
      }
      entries.put(name, new Entry<>(read.get(), System.nanoTime()));
    } else {
      entries.remove(name);
    }
    return read;
  }

  /** The row, or what was known of it if the database does not say so soon. */
  private Optional<T> soon(String name, T known) {
    CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(source.apply(name));
              } catch (DataAccessException | TransactionException e) {
                answer.complete(Optional.of(known));
              }
            });
    return answer
        .completeOnTimeout(Optional.of(known), PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .join();
  }
}
