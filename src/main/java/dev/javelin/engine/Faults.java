package dev.javelin.engine;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.scheduler.Scheduler;

/** Counts what goes wrong in an engine, and decides when to restart and when to give up. */
final class Faults {
  static final String NO_MEMORY =
      "the server has too little memory for this request; try again later or with a shorter one";
  static final String FAILED = "the engine failed and must be loaded again; the log says why";
  static final String GIVEN_UP =
      "the structured output could not be followed to its end: it is too ambiguous or too costly,"
          + " or no token goes on; make it simpler";
  static final String NOTHING_ALLOWED =
      "allowed_token_ids, bad_words and min_tokens leave no token to come next; allow more";

  private static final System.Logger LOG = System.getLogger(Faults.class.getName());
  private static final int FAILURES_TO_RESTART = 3;
  private static final int RESTARTS_TO_GIVE_UP = 3;
  private static final long CHECK_NANOS = 1_000_000_000;

  private EngineHealth health = EngineHealth.SERVING;
  private int failuresInARow;
  private int restartsInARow;
  private long failedSteps;
  private long restarts;
  private long violations;
  private long checkedNanos = System.nanoTime() - CHECK_NANOS;

  EngineHealth health() {
    return health;
  }

  long failedSteps() {
    return failedSteps;
  }

  long restarts() {
    return restarts;
  }

  long violations() {
    return violations;
  }

  void stepSucceeded() {
    failuresInARow = 0;
    restartsInARow = 0;
  }

  /** Whether it is time to restart. */
  boolean stepFailed() {
    failedSteps++;
    failuresInARow++;
    return failuresInARow >= FAILURES_TO_RESTART;
  }

  /** Starts the runner anew; false if the engine is beyond that. Nothing may run. */
  boolean restart(ModelRunner runner) {
    failuresInARow = 0;
    restarts++;
    restartsInARow++;
    LOG.log(
        System.Logger.Level.ERROR,
        "{0} steps failed in a row: restarting the engine",
        FAILURES_TO_RESTART);
    if (restartsInARow > RESTARTS_TO_GIVE_UP) {
      health = EngineHealth.FAILED;
      LOG.log(System.Logger.Level.ERROR, "restarting did not help: giving up");
      return false;
    }
    try {
      runner.restart();
      return true;
    } catch (RuntimeException | Error e) {
      health = EngineHealth.FAILED;
      LOG.log(System.Logger.Level.ERROR, "the engine could not be restarted: giving up", e);
      return false;
    }
  }

  /** Checks the block accounts, once a second at most. */
  void checkWhenIdle(Scheduler scheduler) {
    long now = System.nanoTime();
    if (now - checkedNanos < CHECK_NANOS) {
      return;
    }
    checkedNanos = now;
    check(scheduler);
  }

  /** Checks the block accounts; nothing may run. */
  void check(Scheduler scheduler) {
    try {
      scheduler.checkIntegrity();
    } catch (IllegalStateException e) {
      violations++;
      LOG.log(System.Logger.Level.ERROR, "the block accounts are wrong: starting them anew", e);
      scheduler.resetBlocks();
    }
  }

  void close() {
    if (health == EngineHealth.SERVING) {
      health = EngineHealth.CLOSED;
    }
  }
}
