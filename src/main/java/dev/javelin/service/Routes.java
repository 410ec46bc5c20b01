package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasRevisions;
import dev.javelin.catalog.Aliases;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * What every alias stands for, in memory, so that inference never waits for the database. A change
 * made here applies at once; one made by another node within two seconds.
 */
@Component
public final class Routes implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(2);

  private final Aliases aliases;
  private final ProfileDocuments documents;
  private final Background clock = new Background("routes");
  private List<AliasRevisions> known = List.of();
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

  /** Reads all aliases if one changed; what was read is used at once, all of it or nothing. */
  public synchronized void refresh() {
    // Read before the aliases: a change between the two is then read again, never missed.
    List<AliasRevisions> revisions = aliases.revisions();
    if (revisions.equals(known)) {
      return;
    }
    Map<String, Route> next = new TreeMap<>();
    for (Alias alias : aliases.list()) {
      DecodingSettings decoding = documents.decoding(alias.decodingProfile().settings());
      next.put(alias.name(), new Route(alias, decoding));
    }
    routes = next;
    known = revisions;
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
    clock.repeat(this::refreshQuietly, REFRESH_EVERY, REFRESH_EVERY);
  }

  @Override
  public void stop() {
    running = false;
    clock.end();
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
