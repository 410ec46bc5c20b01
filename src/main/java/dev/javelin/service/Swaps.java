package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.AliasTarget;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DecodingProfiles;
import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.LoadProfiles;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.Models;
import dev.javelin.catalog.Revision;
import dev.javelin.service.Problem.Type;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Puts another version, or other settings, behind an alias. Requests in flight keep the version
 * that they began with. Whatever fails before the switch leaves the alias as it was.
 */
@Service
public final class Swaps {
  private static final Logger log = LoggerFactory.getLogger(Swaps.class);

  /** In which order memory is used. */
  public enum Strategy {
    /** The new one beside the old one: no request waits, both need memory at once. */
    LOAD_THEN_SWITCH,
    /** The old one leaves first: requests are refused with 503 and Retry-After meanwhile. */
    DRAIN_THEN_LOAD
  }

  /**
   * What a swap would do, told before it begins.
   *
   * @param fitsBeside whether both fit at once
   * @param peakBytes of all devices together, at the worst moment
   */
  public record Plan(
      String alias,
      AliasTarget from,
      AliasTarget to,
      Strategy strategy,
      boolean fitsBeside,
      long peakBytes,
      FitReport fit) {}

  private final Aliases aliases;
  private final Models models;
  private final LoadProfiles loadProfiles;
  private final DecodingProfiles decodingProfiles;
  private final Operations operations;
  private final Instances instances;
  private final Loads loads;
  private final FitChecks fitChecks;
  private final Routes routes;
  private final ModelRegistry registry;
  private final ProfileDocuments documents;
  private final Events events;

  Swaps(
      Aliases aliases,
      Models models,
      LoadProfiles loadProfiles,
      DecodingProfiles decodingProfiles,
      Operations operations,
      Instances instances,
      Loads loads,
      FitChecks fitChecks,
      Routes routes,
      ModelRegistry registry,
      ProfileDocuments documents,
      Events events) {
    this.aliases = aliases;
    this.models = models;
    this.loadProfiles = loadProfiles;
    this.decodingProfiles = decodingProfiles;
    this.operations = operations;
    this.instances = instances;
    this.loads = loads;
    this.fitChecks = fitChecks;
    this.routes = routes;
    this.registry = registry;
    this.documents = documents;
    this.events = events;
  }

  /**
   * @param strategy null: beside if both fit, else the old one first
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   */
  public Plan plan(String alias, AliasTarget to, @Nullable Strategy strategy) {
    Alias from = aliases.require(alias);
    ModelVersion version = models.version(to.model(), to.version());
    LoadProfile profile = loadProfiles.require(to.model(), to.loadProfile());
    decodingProfiles.require(to.model(), to.decodingProfile());
    LoadSettings settings = documents.load(profile.settings());
    Instance there = instances.find(version.id(), profile.id());
    Instance old = instances.find(from.version().id(), from.loadProfile().id());
    FitReport beside = fitChecks.check(version, profile.name(), settings, Set.of());
    boolean fitsBeside = there != null || beside.fits();
    Strategy chosen =
        strategy != null
            ? strategy
            : fitsBeside ? Strategy.LOAD_THEN_SWITCH : Strategy.DRAIN_THEN_LOAD;
    FitReport fit =
        chosen == Strategy.LOAD_THEN_SWITCH || old == null
            ? beside
            : fitChecks.check(version, profile.name(), settings, Set.of(old.id()));
    long needed = there != null ? 0 : total(fit);
    long kept = old == null ? 0 : instances.reservedBytes(old);
    long peak = chosen == Strategy.LOAD_THEN_SWITCH ? kept + needed : Math.max(kept, needed);
    return new Plan(alias, AliasChanges.target(from), to, chosen, fitsBeside, peak, fit);
  }

  private static long total(FitReport fit) {
    return fit.perDevice().stream().mapToLong(FitReport.DeviceFit::neededBytes).sum();
  }

  /**
   * Begins a swap.
   *
   * @param strategy null: beside if both fit, else the old one first
   * @throws dev.javelin.catalog.CatalogException NOT_FOUND
   * @throws ProblemException INSUFFICIENT_MEMORY if it would not fit, CONFLICT while another swap
   *     of the alias runs
   */
  public Operation start(
      String alias,
      AliasTarget to,
      @Nullable Strategy strategy,
      Duration drain,
      String actor,
      String reason) {
    Plan plan = plan(alias, to, strategy);
    ModelVersion version = models.version(to.model(), to.version());
    LoadProfile profile = loadProfiles.require(to.model(), to.loadProfile());
    if (instances.find(version.id(), profile.id()) == null && !plan.fit().fits()) {
      throw fitChecks.refused(version, plan.fit());
    }
    return operations.start(
        Operations.Task.claiming("swap", alias + " to " + version.label(), alias),
        actor,
        at -> run(plan, version, profile, drain, reason, at));
  }

  private Object run(
      Plan plan,
      ModelVersion version,
      LoadProfile profile,
      Duration drain,
      String reason,
      Operation operation) {
    Alias from = operation.stored(() -> aliases.require(plan.alias()));
    Instance old = instances.find(from.version().id(), from.loadProfile().id());
    Instance next = instances.find(version.id(), profile.id());
    Instance leaving = plan.strategy() == Strategy.DRAIN_THEN_LOAD && old != next ? old : null;
    registry.swapping(plan.alias(), operation);
    try {
      if (leaving != null) {
        operation.stage("drain");
        instances.unload(leaving, drain, "a swap makes room", operation::checkCancelled);
      }
      boolean loaded = false;
      try {
        Instances.Claim claim = instances.claim(version, profile);
        next = claim.instance();
        loaded = claim.fresh();
        bring(claim, operation);
        operation.stage("switch");
        switchAlias(plan, from, operation, reason);
      } catch (RuntimeException e) {
        undo(from, leaving != null, loaded ? next : null, operation);
        throw e;
      }
    } finally {
      registry.swapped(plan.alias());
    }
    retire(old, next, drain, operation);
    return plan;
  }

  /** Loads the claimed instance, or waits for whoever does. */
  private void bring(Instances.Claim claim, Operation operation) {
    Instance instance = claim.instance();
    if (claim.fresh()) {
      instance.operation(operation);
      loads.loadNow(instance, operation);
      return;
    }
    operation.stage("waiting");
    try {
      while (instance.state() == State.LOADING) {
        operation.checkCancelled();
        instance.awaitLoaded(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (instance.state() != State.READY) {
      throw new ProblemException(
          Problem.of(
                  Type.CONFLICT,
                  "%s did not become ready: %s"
                      .formatted(instance.label(), instance.row().reason()))
              .said("not-ready", instance.label(), instance.row().reason()));
    }
  }

  /** In the database in one transaction, then in memory in one assignment. */
  private void switchAlias(Plan plan, Alias from, Operation operation, String reason) {
    Alias switched =
        operation.stored(
            () -> {
              Alias now = aliases.require(plan.alias());
              // A former try may have done it, and the connection broken before it was told.
              boolean done =
                  now.revision() > from.revision() && AliasChanges.target(now).equals(plan.to());
              Alias next = done ? now : put(plan, from, operation, reason);
              routes.refresh();
              return next;
            });
    events.publish("alias", plan.alias(), AliasView.of(switched));
    operation.log("requests go to " + plan.to().model() + ":" + plan.to().version());
  }

  private Alias put(Plan plan, Alias from, Operation operation, String reason) {
    return aliases.put(
        plan.alias(),
        plan.to(),
        from.policy(),
        new Revision.Exactly(from.revision()),
        operation.snapshot().actor(),
        reason.isEmpty() ? "swap " + operation.id() : reason);
  }

  /** Takes away what the swap loaded, and brings back what it took away. */
  private void undo(Alias from, boolean oldWasUnloaded, @Nullable Instance loaded, Operation at) {
    if (loaded != null && loaded.state() == State.READY) {
      instances.unload(loaded, Duration.ZERO, "its swap failed", () -> {});
    }
    if (oldWasUnloaded) {
      at.log("loading the old one again");
      loads.start(from.version(), from.loadProfile(), at.snapshot().actor());
    }
  }

  /** After the switch nothing is undone: a cancel now only ends the wait for old requests. */
  private void retire(@Nullable Instance old, Instance next, Duration drain, Operation operation) {
    if (old == null || old == next || old.state() != State.READY || stillServed(old)) {
      return;
    }
    if (!operation.cancelled()) {
      operation.stage("drain");
    }
    try {
      instances.unload(old, operation.cancelled() ? Duration.ZERO : drain, "swapped", () -> {});
    } catch (RuntimeException e) {
      log.error("The old instance {} could not be unloaded", old.label(), e);
      operation.log("the old instance could not be unloaded: " + e.getMessage());
    }
  }

  private boolean stillServed(Instance instance) {
    return routes.list().stream().anyMatch(route -> instance.serves(route.alias()));
  }
}
