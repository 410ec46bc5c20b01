package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.Aliases;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * What every alias stands for, in memory, so that inference never waits for the database. A change
 * made here applies at once; one made by another node within {@value #REFRESH_MILLIS} ms.
 */
@Component
public final class Routes implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);
  private static final long REFRESH_MILLIS = 2000;

  private final Aliases aliases;
  private final ProfileDocuments documents;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("routes").factory());
  private volatile Map<String, Route> routes = Map.of();
  private volatile boolean running;

  Routes(Aliases aliases, ProfileDocuments documents) {
    this.aliases = aliases;
    this.documents = documents;
  }

  public @Nullable Route find(String alias) {
    return routes.get(alias);
  }

  /** By name. */
  public List<Route> list() {
    return List.copyOf(routes.values());
  }

  /** Reads all aliases anew; what was read is used at once, all of it or nothing. */
  public synchronized void refresh() {
    Map<String, Route> next = new TreeMap<>();
    for (Alias alias : aliases.list()) {
      DecodingSettings decoding = documents.decoding(alias.decodingProfile().settings());
      next.put(alias.name(), new Route(alias, decoding));
    }
    routes = next;
  }

  private void refreshQuietly() {
    try {
      refresh();
    } catch (RuntimeException e) {
      log.debug("Aliases could not be read; those known stay", e);
    }
  }

  @Override
  public void start() {
    refresh();
    running = true;
    var _ =
        clock.scheduleWithFixedDelay(
            this::refreshQuietly, REFRESH_MILLIS, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() {
    running = false;
    clock.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return 1;
  }
}
