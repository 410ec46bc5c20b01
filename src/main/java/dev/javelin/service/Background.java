package dev.javelin.service;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that does work again and again until the server ends. Its end waits for what is being
 * done: an interrupt in the middle would close the file of an embedded database, and what went on
 * for longer would find the database closed.
 */
final class Background {
  private static final Logger log = LoggerFactory.getLogger(Background.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final ScheduledExecutorService thread;

  Background(String name) {
    this.name = name;
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(name).factory());
  }

  /**
   * Does it after {@code first}, then so long after each end. What it throws ends it: it has to
   * catch what it survives.
   */
  void repeat(Runnable work, Duration first, Duration pause) {
    var _ =
        thread.scheduleWithFixedDelay(
            work, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As {@link #repeat}, but so long after each begin. */
  void repeatEvery(Runnable work, Duration first, Duration period) {
    var _ =
        thread.scheduleAtFixedRate(
            work, first.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Begins nothing any more, and waits a while for what was begun. */
  void end() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("The work of {} still goes on while the server ends", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
