package dev.javelin.service;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.catalog.InstanceRecord.State;
import dev.javelin.catalog.LoadProfile;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.engine.LoadedModel;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One version loaded with one profile, and who uses it. Its memory is freed only when nobody does:
 * whoever calls the model holds a lease.
 */
public final class Instance {
  private final UUID id;
  private final ModelVersion version;
  private final LoadProfile profile;
  private final CircuitBreaker breaker;
  private InstanceRecord row;
  private @Nullable Operation operation;
  private @Nullable LoadedModel model;
  private int users;
  private long lastUsedNanos = System.nanoTime();
  private @Nullable Instant drainUntil;

  Instance(InstanceRecord row, ModelVersion version, LoadProfile profile, CircuitBreaker breaker) {
    id = row.id();
    this.row = row;
    this.version = version;
    this.profile = profile;
    this.breaker = breaker;
  }

  public UUID id() {
    return id;
  }

  public ModelVersion version() {
    return version;
  }

  /** As it was when the load began. */
  public LoadProfile profile() {
    return profile;
  }

  public String label() {
    return version.label() + "/" + profile.name();
  }

  /** Whether this is what an alias stands for. */
  public boolean serves(Alias alias) {
    return alias.version().id().equals(version.id())
        && alias.loadProfile().id().equals(profile.id());
  }

  public CircuitBreaker breaker() {
    return breaker;
  }

  public synchronized InstanceRecord row() {
    return row;
  }

  public synchronized State state() {
    return row.state();
  }

  /** What loads or unloads it now, or did last. */
  public synchronized @Nullable Operation operation() {
    return operation;
  }

  synchronized void operation(Operation current) {
    operation = current;
  }

  synchronized void become(InstanceRecord next) {
    row = next;
    notifyAll();
  }

  synchronized void ready(LoadedModel loaded, InstanceRecord next) {
    model = loaded;
    lastUsedNanos = System.nanoTime();
    become(next);
  }

  /** The model, for showing what it is; null unless it is in memory. */
  public synchronized @Nullable LoadedModel model() {
    return model;
  }

  /** When the requests that it still answers are ended; null unless it drains. */
  public synchronized @Nullable Instant drainUntil() {
    return drainUntil;
  }

  synchronized void drainUntil(@Nullable Instant end) {
    drainUntil = end;
  }

  synchronized int users() {
    return users;
  }

  synchronized Duration idle() {
    return users > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastUsedNanos);
  }

  /** A lease on the ready model; null if it is not ready, or not any more. */
  synchronized @Nullable Lease acquire() {
    LoadedModel loaded = model;
    if (row.state() != State.READY || loaded == null) {
      return null;
    }
    users++;
    return new Lease(this, loaded);
  }

  private synchronized void release() {
    users--;
    lastUsedNanos = System.nanoTime();
    notifyAll();
  }

  /**
   * Waits until nobody uses it.
   *
   * @return whether nobody does
   */
  synchronized boolean awaitUnused(long untilNanos) throws InterruptedException {
    for (long left = untilNanos - System.nanoTime();
        users > 0 && left > 0;
        left = untilNanos - System.nanoTime()) {
      wait(Math.max(1, left / 1_000_000));
    }
    return users == 0;
  }

  /** Waits until its load ended, or the time is up. */
  synchronized void awaitLoaded(long untilNanos) throws InterruptedException {
    for (long left = untilNanos - System.nanoTime();
        row.state() == State.LOADING && left > 0;
        left = untilNanos - System.nanoTime()) {
      wait(Math.max(1, left / 1_000_000));
    }
  }

  /** Takes the model out, to be closed; null if it is not there. */
  synchronized @Nullable LoadedModel detach() {
    LoadedModel loaded = model;
    model = null;
    return loaded;
  }

  /** The right to use a model. Closing it twice is harmless. */
  public static final class Lease implements AutoCloseable {
    private final Instance instance;
    private final LoadedModel model;
    private boolean open = true;

    private Lease(Instance instance, LoadedModel model) {
      this.instance = instance;
      this.model = model;
    }

    public Instance instance() {
      return instance;
    }

    public LoadedModel model() {
      return model;
    }

    @Override
    public void close() {
      synchronized (this) {
        if (!open) {
          return;
        }
        open = false;
      }
      instance.release();
    }
  }
}
