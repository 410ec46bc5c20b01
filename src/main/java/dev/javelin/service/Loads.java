package dev.javelin.service;

import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.LoadProgress;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.ModelOpener;
import dev.javelin.engine.request.EngineException;
import dev.javelin.service.Problem.Type;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Brings versions into memory. */
@Service
public final class Loads {
  /** Who begins the loads that requests bring about. */
  static final String ON_REQUEST = "request";

  private static final Logger log = LoggerFactory.getLogger(Loads.class);

  private final Instances instances;
  private final Operations operations;
  private final MemoryLedger ledger;
  private final LoadPlanner planner;
  private final ModelOpener opener;
  private final FitChecks fitChecks;
  private final ProfileDocuments documents;
  private final CheckpointFiles files;
  private final Evictions evictions;
  private final ServingProperties properties;

  /**
   * One for each device. Loads compete for its memory bandwidth: more at once would end none
   * sooner.
   */
  private final BulkheadRegistry bulkheads =
      BulkheadRegistry.of(
          BulkheadConfig.custom()
              .maxConcurrentCalls(2)
              .maxWaitDuration(Duration.ofMillis(200))
              .build());

  Loads(
      Instances instances,
      Operations operations,
      MemoryLedger ledger,
      LoadPlanner planner,
      ModelOpener opener,
      FitChecks fitChecks,
      ProfileDocuments documents,
      CheckpointFiles files,
      Evictions evictions,
      ServingProperties properties) {
    this.evictions = evictions;
    this.properties = properties;
    this.instances = instances;
    this.operations = operations;
    this.ledger = ledger;
    this.planner = planner;
    this.opener = opener;
    this.fitChecks = fitChecks;
    this.documents = documents;
    this.files = files;
  }

  public BulkheadRegistry bulkheads() {
    return bulkheads;
  }

  /**
   * Begins to load a version with a profile; if that is loading or loaded already, it is the same
   * operation.
   */
  public Operation start(ModelVersion version, LoadProfile profile, String actor) {
    synchronized (this) {
      Instances.Claim claim = instances.claim(version, profile);
      Instance instance = claim.instance();
      Operation known = instance.operation();
      if (!claim.fresh() && known != null) {
        return known;
      }
      try {
        Operation operation =
            operations.start(
                "load", instance.label(), actor, at -> instances.view(loadNow(instance, at)));
        instance.operation(operation);
        return operation;
      } catch (RuntimeException e) {
        instances.failed(instance, "it could not begin: " + e.getMessage());
        throw e;
      }
    }
  }

  /**
   * Loads a claimed instance and tries it once.
   *
   * @throws ProblemException INSUFFICIENT_MEMORY, INVALID_MODEL …; then nothing stays allocated
   */
  Instance loadNow(Instance instance, Operation operation) {
    ModelVersion version = instance.version();
    try {
      operation.stage("fit-check");
      // Another server must not delete what is being loaded here; without a database none can.
      instances.writeDown();
      files.checkUnchanged(version);
      LoadSettings settings = documents.load(instance.profile().settings());
      LoadOptions options = settings.options();
      Path path = Path.of(version.path());
      LoadEstimate estimate = planner.estimate(path, options);
      Bulkhead atOnce = bulkheads.bulkhead("loads-" + estimate.kvDevice());
      operation.stage("waiting");
      while (!atOnce.tryAcquirePermission()) {
        operation.checkCancelled();
      }
      try {
        if (!reserve(instance, operation, estimate)) {
          throw fitChecks.refused(
              version, fitChecks.check(version, instance.profile().name(), settings, Set.of()));
        }
        open(instance, operation, path, options);
        return instance;
      } finally {
        atOnce.onComplete();
      }
    } catch (ProblemException e) {
      instances.failed(instance, e.problem().detail());
      throw e;
    } catch (EngineException | CheckpointException e) {
      instances.failed(instance, String.valueOf(e.getMessage()));
      operation.log(String.valueOf(e.getMessage()));
      throw e instanceof EngineException
          ? e
          : new ProblemException(Type.INVALID_MODEL, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      log.error("Loading {} failed", instance.label(), e);
      instances.failed(instance, "internal error: " + e);
      operation.log(String.valueOf(e));
      throw e;
    }
  }

  /** What a request needs may push out what nobody uses; what a person loads may not. */
  private boolean reserve(Instance instance, Operation operation, LoadEstimate estimate) {
    if (ledger.reserve(instance.id(), instance.label(), estimate.needs())) {
      return true;
    }
    if (!operation.snapshot().actor().equals(ON_REQUEST)) {
      return false;
    }
    List<Instance> leaving = evictions.plan(estimate.needs());
    if (leaving.isEmpty()) {
      return false;
    }
    operation.stage("eviction");
    for (Instance other : leaving) {
      operation.log("%s leaves memory to make room".formatted(other.label()));
      instances.unload(other, properties.drain(), instance.label() + " needs its memory", () -> {});
    }
    return ledger.reserve(instance.id(), instance.label(), estimate.needs());
  }

  private void open(Instance instance, Operation operation, Path path, LoadOptions options) {
    LoadedModel model =
        opener.open(
            path,
            options,
            new LoadProgress() {
              @Override
              public void stage(String name) {
                log.info("Loading {}: {}", instance.label(), name);
                operation.stage(name);
              }

              @Override
              public void done(double part) {
                operation.progress(part);
              }
            });
    try {
      operation.stage("warm-up");
      WarmUp.run(model);
      model.report().warnings().forEach(operation::log);
      model.report().warnings().forEach(line -> log.warn("{}: {}", instance.label(), line));
      operation.checkCancelled();
      instances.ready(instance, model);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
