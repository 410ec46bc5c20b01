package dev.javelin.service;

import dev.javelin.backend.DeviceNeed;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.catalog.InstanceRecords;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.catalog.TimeSortedId;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.Problem.Type;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Service;

/** What this node has in memory. */
@Service
public final class Instances implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(Instances.class);

  private static final Duration WRITE_EVERY = Duration.ofMillis(200);

  private final Node node;
  private final MemoryLedger ledger;
  private final RunningRequests requests;
  private final ProfileDocuments documents;
  private final Events events;
  private final ApplicationEventPublisher publisher;
  private final ServingProperties properties;
  private final Clock clock;
  private final CircuitBreakerRegistry breakers;
  private final WriteBehind<InstanceRecord> rows;
  private final Background writer = new Background("instances");
  private final Map<UUID, Instance> live = new ConcurrentHashMap<>();
  private final Map<UUID, Instance> failed = new ConcurrentHashMap<>();
  private final Set<UUID> forbidden = new HashSet<>();
  private volatile boolean running;

  Instances(
      InstanceRecords records,
      Node node,
      MemoryLedger ledger,
      RunningRequests requests,
      ProfileDocuments documents,
      Events events,
      ApplicationEventPublisher publisher,
      ServingProperties properties,
      Clock clock) {
    rows = new WriteBehind<>(records::save);
    this.node = node;
    this.ledger = ledger;
    this.requests = requests;
    this.documents = documents;
    this.events = events;
    this.publisher = publisher;
    this.properties = properties;
    this.clock = clock;
    CircuitBreakerConfig watched =
        CircuitBreakerConfig.custom()
            .slidingWindowSize(properties.breakerFailures())
            .minimumNumberOfCalls(properties.breakerFailures())
            .failureRateThreshold(100)
            .waitDurationInOpenState(properties.breakerPause())
            .automaticTransitionFromOpenToHalfOpenEnabled(true)
            .permittedNumberOfCallsInHalfOpenState(1)
            .build();
    breakers = CircuitBreakerRegistry.of(watched);
  }

  /** One breaker for each instance. */
  public CircuitBreakerRegistry breakers() {
    return breakers;
  }

  /** An instance, and whether this call made it. */
  record Claim(Instance instance, boolean fresh) {}

  /**
   * From now on this version is not loaded here: it is about to be deleted.
   *
   * @throws ProblemException IN_USE if it is in memory, or on its way there or out
   */
  synchronized void forbid(ModelVersion version) {
    for (Instance instance : live.values()) {
      if (instance.version().id().equals(version.id())) {
        throw new ProblemException(
            Problem.of(Type.IN_USE, "%s is in memory; unload it first".formatted(instance.label()))
                .said("in-memory", instance.label()));
      }
    }
    forbidden.add(version.id());
  }

  /** Writes down what changed, for who asks the database what is in memory. Blocks. */
  void writeDown() {
    rows.flush();
  }

  /** It stays after all. */
  synchronized void allow(ModelVersion version) {
    forbidden.remove(version.id());
  }

  /**
   * The live instance of a version with a profile, or a new one that is to be loaded.
   *
   * @throws ProblemException NOT_FOUND if the version was deleted
   */
  synchronized Claim claim(ModelVersion version, LoadProfile profile) {
    if (forbidden.contains(version.id())) {
      throw new ProblemException(
          Type.NOT_FOUND, "the version %s is deleted".formatted(version.label()));
    }
    Instance known = find(version.id(), profile.id());
    if (known != null) {
      return new Claim(known, false);
    }
    Instant now = now();
    InstanceRecord row =
        new InstanceRecord(
            TimeSortedId.next(),
            node.id(),
            version.id(),
            profile.id(),
            version.model(),
            version.number(),
            profile.name(),
            profile.settings(),
            null,
            State.LOADING,
            null,
            now,
            now);
    Instance fresh =
        new Instance(row, version, profile, breakers.circuitBreaker("instance-" + row.id()));
    live.put(row.id(), fresh);
    changed(fresh, row);
    return new Claim(fresh, true);
  }

  /** The instance of a version with a profile that loads, serves or drains here. */
  public @Nullable Instance find(UUID versionId, UUID loadProfileId) {
    for (Instance instance : live.values()) {
      InstanceRecord row = instance.row();
      if (row.versionId().equals(versionId)
          && row.loadProfileId().equals(loadProfileId)
          && row.state() != State.DRAINING) {
        return instance;
      }
    }
    return null;
  }

  /** Why the last load of a version with a profile failed here; null if it did not. */
  @Nullable String failure(UUID versionId, UUID loadProfileId) {
    return failed.values().stream()
        .map(Instance::row)
        .filter(
            row -> row.versionId().equals(versionId) && row.loadProfileId().equals(loadProfileId))
        .max(Comparator.comparing(InstanceRecord::changedAt))
        .map(InstanceRecord::reason)
        .orElse(null);
  }

  public @Nullable Instance find(UUID id) {
    return live.get(id);
  }

  /** Oldest first. */
  public List<Instance> list() {
    return live.values().stream()
        .sorted(Comparator.comparing((Instance instance) -> instance.id().toString()))
        .toList();
  }

  /** As the API and pages show it. */
  public InstanceView view(Instance instance) {
    InstanceRecord row = instance.row();
    LoadedModel model = instance.model();
    Operation operation = instance.operation();
    String effective = row.effective();
    return new InstanceView(
        row.id(),
        node.name(),
        row.model(),
        row.version(),
        row.loadProfile(),
        row.state(),
        row.reason(),
        documents.load(row.requested()),
        effective == null ? null : documents.load(effective),
        ledger.of(row.id()),
        requests.count(row.id()),
        model == null ? null : InstanceView.Engine.of(model),
        instance.breaker().getState().name(),
        operation == null ? null : operation.id(),
        instance.drainUntil(),
        row.createdAt(),
        row.changedAt());
  }

  /** What is reserved for it on all devices together. */
  long reservedBytes(Instance instance) {
    return ledger.of(instance.id()).stream().mapToLong(DeviceNeed::totalBytes).sum();
  }

  void ready(Instance instance, LoadedModel model) {
    InstanceRecord row = instance.row();
    String effective = documents.write(LoadSettings.of(model.effective()));
    failed
        .values()
        .removeIf(
            old ->
                old.row().loadProfileId().equals(row.loadProfileId())
                    && old.row().versionId().equals(row.versionId()));
    instance.ready(model, row.ready(effective, now()));
    ledger.allocated(instance.id());
    publisher.publishEvent(new InstanceEvent.Ready(instance, model));
    changed(instance, instance.row());
    if (!running) {
      unload(instance, Duration.ZERO, "the server ends", () -> {});
    }
  }

  void failed(Instance instance, String reason) {
    instance.become(instance.row().with(State.FAILED, reason, now()));
    ledger.release(instance.id());
    failed.put(instance.id(), instance);
    forget(instance);
    changed(instance, instance.row());
  }

  /** No request begins on it any more. */
  void retire(Instance instance, String reason) {
    instance.become(instance.row().with(State.DRAINING, reason, now()));
    changed(instance, instance.row());
  }

  /** It serves again after all. */
  void restore(Instance instance) {
    instance.drainUntil(null);
    instance.become(instance.row().with(State.READY, null, now()));
    changed(instance, instance.row());
  }

  /**
   * Retires an instance, lets its requests end, then ends them, and frees its memory.
   *
   * @param drain how long the requests may go on
   * @param tick called now and then while they do; what it throws stops the unloading, and the
   *     instance serves again
   */
  void unload(Instance instance, Duration drain, String reason, Runnable tick) {
    instance.drainUntil(now().plus(drain));
    retire(instance, reason);
    try {
      long until = System.nanoTime() + drain.toNanos();
      boolean unused = false;
      while (!unused && System.nanoTime() < until) {
        tick.run();
        unused = instance.awaitUnused(Math.min(until, System.nanoTime() + 50_000_000L));
      }
      if (!unused) {
        unused = instance.awaitUnused(System.nanoTime());
      }
      close(instance, unused);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close(instance, false);
    } catch (ProblemException e) {
      restore(instance);
      throw e;
    }
  }

  private void close(Instance instance, boolean unused) {
    LoadedModel model = instance.detach();
    if (model != null) {
      if (!unused) {
        int ended = requests.endAll(instance.id());
        log.warn("{}: {} requests still ran and were ended", instance.label(), ended);
      }
      publisher.publishEvent(new InstanceEvent.Gone(instance));
      model.engine().close();
      awaitLast(instance);
      model.close();
    }
    ledger.release(instance.id());
    forget(instance);
    instance.become(instance.row().with(State.UNLOADED, instance.row().reason(), now()));
    changed(instance, instance.row());
  }

  private void forget(Instance instance) {
    live.remove(instance.id());
    breakers.remove(instance.breaker().getName());
  }

  /** After its engine closed, whoever still holds a lease is about to give it back. */
  private static void awaitLast(Instance instance) {
    try {
      if (!instance.awaitUnused(System.nanoTime() + Duration.ofSeconds(10).toNanos())) {
        log.error("{}: somebody keeps a lease; its memory is freed all the same", instance.label());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void changed(Instance instance, InstanceRecord row) {
    events.publish("instance", row.id().toString(), view(instance));
    rows.put(row.id(), row);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  @Override
  public void start() {
    running = true;
    writer.repeat(rows::flush, WRITE_EVERY, WRITE_EVERY);
  }

  /** Runs before the web server stops, so that open streams still hear how they ended. */
  @Override
  public void stop() {
    running = false;
    List<Instance> loaded = list().stream().filter(i -> i.state() == State.READY).toList();
    loaded.forEach(instance -> retire(instance, "the server ends"));
    loaded.forEach(i -> unload(i, properties.drain(), "the server ends", () -> {}));
    writer.end();
    rows.flush();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
