package dev.javelin.service;

import dev.javelin.backend.DeviceNeed;
import dev.javelin.catalog.Alias;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Unloads what nobody uses: after its alias's idle time, or to make room for what a request needs.
 * Never what loads, answers or is pinned.
 */
@Component
public final class Evictions implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Evictions.class);
  private static final Duration CHECK_EVERY = Duration.ofMillis(500);
  private static final String ACTOR = "idle";
  private static final Duration EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final Instances instances;
  private final FitChecks fitChecks;
  private final MemoryLedger ledger;
  private final Routes routes;
  private final Unloads unloads;
  private final Background clock = new Background("evictions");
  private volatile boolean running;

  Evictions(
      Instances instances,
      FitChecks fitChecks,
      MemoryLedger ledger,
      Routes routes,
      Unloads unloads) {
    this.instances = instances;
    this.fitChecks = fitChecks;
    this.ledger = ledger;
    this.routes = routes;
    this.unloads = unloads;
  }

  /**
   * The instances to unload so that something fits, those idle for longest first and no more than
   * needed; empty if it would not help.
   */
  public List<Instance> plan(List<DeviceNeed> needs) {
    List<Instance> chosen = new ArrayList<>();
    Set<UUID> gone = new HashSet<>();
    for (Instance candidate : fitChecks.unloadable()) {
      if (candidate.users() > 0) {
        continue;
      }
      chosen.add(candidate);
      gone.add(candidate.id());
      if (FitChecks.fits(needs, ledger.free(gone))) {
        // A large one may have made the small ones before it needless.
        for (Instance earlier : List.copyOf(chosen)) {
          gone.remove(earlier.id());
          if (FitChecks.fits(needs, ledger.free(gone))) {
            chosen.remove(earlier);
          } else {
            gone.add(earlier.id());
          }
        }
        return chosen;
      }
    }
    return List.of();
  }

  private void unloadIdle() {
    try {
      for (Instance instance : instances.list()) {
        if (instance.model() != null && instance.idle().compareTo(allowed(instance)) >= 0) {
          log.info("{} was idle for its time and leaves memory", instance.label());
          unloads.start(instance.id(), Duration.ZERO, ACTOR);
        }
      }
    } catch (RuntimeException e) {
      log.warn("Idle models could not be unloaded: {}", e.getMessage());
    }
  }

  /** How long it may be idle: the longest any alias gives it; without an alias, for ever. */
  private Duration allowed(Instance instance) {
    Duration most = Duration.ofSeconds(-1);
    for (Route route : routes.list()) {
      Alias alias = route.alias();
      if (!instance.serves(alias)) {
        continue;
      }
      Long seconds = alias.policy().idleSeconds();
      if (seconds == null || alias.policy().pinned()) {
        return EVER;
      }
      most = most.compareTo(Duration.ofSeconds(seconds)) < 0 ? Duration.ofSeconds(seconds) : most;
    }
    return most.isNegative() ? EVER : most;
  }

  @Override
  public void start() {
    running = true;
    clock.repeat(this::unloadIdle, CHECK_EVERY, CHECK_EVERY);
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
}
