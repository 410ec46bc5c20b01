package dev.javelin.engine;

import dev.javelin.engine.scheduler.SchedulerOutput;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Holds an engine before each step until a test lets it go. */
final class StepGate implements Consumer<SchedulerOutput> {
  private final LinkedBlockingQueue<SchedulerOutput> reached = new LinkedBlockingQueue<>();
  private final Semaphore permits = new Semaphore(0);

  @Override
  public void accept(SchedulerOutput step) {
    reached.add(step);
    permits.acquireUninterruptibly();
  }

  /** The next step, which is held. */
  SchedulerOutput awaitStep() {
    try {
      SchedulerOutput step = reached.poll(5, TimeUnit.MINUTES);
      if (step == null) {
        throw new AssertionError("no step within five minutes");
      }
      return step;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void release() {
    permits.release();
  }

  void open() {
    permits.release(1_000_000);
  }
}
