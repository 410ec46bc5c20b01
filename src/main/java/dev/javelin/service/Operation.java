package dev.javelin.service;

import dev.javelin.catalog.DatabaseAway;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.catalog.OperationRecord.State;
import dev.javelin.service.Problem.Type;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Long work that runs here. The work reports through it, others watch and cancel it. */
public final class Operation {
  private static final Duration PROGRESS_INTERVAL = Duration.ofMillis(250);

  /** For an hour; then whoever waits for the database has to say what is to be done. */
  private static final Retry DATABASE =
      Retry.of(
          "database",
          RetryConfig.custom()
              .maxAttempts(3600)
              .waitDuration(Duration.ofSeconds(1))
              .retryOnException(DatabaseAway::is)
              .build());

  private final Clock clock;
  private final Consumer<Operation> changed;
  private final StringBuilder log = new StringBuilder();
  private OperationRecord now;
  private Instant stageStarted;

  /** Of the stage; goes ahead of what is told, which is told a few times a second. */
  private double done = -1;

  Operation(OperationRecord first, Clock clock, Consumer<Operation> changed) {
    this.now = first;
    this.clock = clock;
    this.changed = changed;
    stageStarted = first.createdAt();
  }

  public UUID id() {
    return now.id();
  }

  /**
   * Names what is done from now on.
   *
   * @throws ProblemException CANCELLED if somebody asked for that
   */
  public void stage(String name) {
    checkCancelled();
    synchronized (this) {
      stageStarted = instant();
      write(name);
      done = -1;
      become(State.RUNNING, name);
    }
    changed.accept(this);
  }

  /**
   * How much of the stage is done, from 0 to 1.
   *
   * @throws ProblemException CANCELLED if somebody asked for that
   */
  public void progress(double part) {
    checkCancelled();
    boolean tell;
    synchronized (this) {
      done = Math.clamp(part, 0, 1);
      tell =
          part >= 1
              || Duration.between(now.changedAt(), instant()).compareTo(PROGRESS_INTERVAL) >= 0;
      if (tell) {
        become(now.state(), now.stage());
      }
    }
    if (tell) {
      changed.accept(this);
    }
  }

  /** Adds a line to the operation's log. */
  public synchronized void log(String line) {
    write(line);
    become(now.state(), now.stage());
  }

  /**
   * @throws ProblemException CANCELLED if somebody asked for that
   */
  public void checkCancelled() {
    if (cancelled()) {
      throw new ProblemException(Type.CANCELLED, "it was cancelled; everything is as before");
    }
  }

  public synchronized boolean cancelled() {
    return now.state() == State.CANCELLING;
  }

  /** Asks the work to end and undo what it did. @return false if it has ended already */
  boolean cancel(String actor) {
    synchronized (this) {
      if (!now.state().live()) {
        return false;
      }
      if (now.state() != State.CANCELLING) {
        write(actor + " asked to cancel");
        become(State.CANCELLING, now.stage());
      }
    }
    changed.accept(this);
    return true;
  }

  /**
   * Calls the database, again and again while it does not answer.
   *
   * @param call harmless to be made twice: the answer to a first one may have been lost
   * @throws ProblemException CANCELLED if somebody asked for that meanwhile
   */
  <T> T stored(Supplier<T> call) {
    return Retry.decorateSupplier(
            DATABASE,
            () -> {
              checkCancelled();
              return call.get();
            })
        .get();
  }

  /** Another server took over what it had to itself: this one must not go on. */
  void loseClaim() {
    synchronized (this) {
      now = now.withoutClaim();
    }
    cancel("the server that took over");
  }

  void end(State state, @Nullable String result, @Nullable String problem) {
    synchronized (this) {
      Instant at = instant();
      become(now.state(), now.stage());
      write(state.name().toLowerCase(Locale.ROOT));
      now = now.ended(state, result, problem, log.toString(), at);
    }
    changed.accept(this);
  }

  public synchronized OperationRecord snapshot() {
    return now.state().live() && done != now.progress()
        ? now.running(now.state(), now.stage(), done, now.log(), now.changedAt())
        : now;
  }

  /** Time left of the stage if it goes on as it went; null if that cannot be told. */
  public synchronized @Nullable Duration eta() {
    if (!now.state().live() || done <= 0) {
      return null;
    }
    long spent = Duration.between(stageStarted, instant()).toMillis();
    return Duration.ofMillis((long) (spent * (1 - done) / done));
  }

  private void become(State state, String stage) {
    State live = now.state() == State.CANCELLING ? State.CANCELLING : state;
    now = now.running(live, stage, done, log.toString(), instant());
  }

  private void write(String line) {
    log.append(instant()).append(' ').append(line).append('\n');
  }

  private Instant instant() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
