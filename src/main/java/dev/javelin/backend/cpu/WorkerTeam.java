package dev.javelin.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Fixed threads that run one region at a time together with the calling thread, the leader. Workers
 * spin for a short while after a region and then park, so an idle team costs nothing. A worker that
 * wakes too late for a region is not waited for. A region allocates nothing.
 */
final class WorkerTeam implements AutoCloseable {
  /** The body of a region. */
  interface Task {
    /** Does items {@code [from, to)}; {@code worker} is 0 for the leader and below the size. */
    void run(int worker, int from, int to);
  }

  private static final long SPIN_NANOS = 50_000;
  private static final long ACTIVE_MASK = (1L << 16) - 1;
  private static final long OPEN = 1L << 16;
  private static final int EPOCH_SHIFT = 17;

  private final Worker[] workers;

  /** Epoch, whether the region may be joined, and how many workers are inside it. */
  private final AtomicLong state = new AtomicLong();

  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private @Nullable Task task;
  private int items;
  private int chunk;
  private volatile boolean closed;

  /**
   * @param threads the leader included
   * @throws IllegalArgumentException if it is not 1 to 1024
   */
  WorkerTeam(int threads) {
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException("threads must be 1 to 1024, got " + threads);
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /** Threads that share a region, the leader included. */
  int size() {
    return workers.length + 1;
  }

  /**
   * Runs {@code task} over {@code [0, items)} in chunks and returns when all are done. Called by
   * one thread at a time, never from inside a task.
   *
   * @throws IllegalStateException if the team is closed
   * @throws RuntimeException what a task threw, on whichever thread; the rest is then abandoned
   */
  void run(Task task, int items, int chunk) {
    if (closed) {
      throw new IllegalStateException("the worker team is closed");
    }
    if (items <= chunk || workers.length == 0) {
      if (items > 0) {
        task.run(0, 0, items);
      }
      return;
    }
    this.task = task;
    this.items = items;
    this.chunk = chunk;
    next.set(0);
    long epoch = (state.get() >>> EPOCH_SHIFT) + 1;
    state.set(epoch << EPOCH_SHIFT | OPEN);
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker);
      }
    }
    work(task, 0);
    state.getAndAdd(-OPEN);
    long start = 0;
    for (int spins = 1; (state.get() & ACTIVE_MASK) != 0; spins++) {
      Thread.onSpinWait();
      if ((spins & 63) == 0) {
        long now = System.nanoTime();
        start = start == 0 ? now : start;
        if (now - start > SPIN_NANOS) {
          Thread.yield();
        }
      }
    }
    this.task = null;
    Throwable thrown = failure.getAndSet(null);
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private void work(Task task, int worker) {
    try {
      int end = items;
      int step = chunk;
      for (int from = next.getAndAdd(step); from < end; from = next.getAndAdd(step)) {
        task.run(worker, from, Math.min(end, from + step));
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      next.set(items);
    }
  }

  /** Ends the workers. A region in progress is finished first. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker extends Thread {
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("javelin-cpu-" + index);
      this.index = index;
      setDaemon(true);
    }

    @Override
    public void run() {
      long seen = 0;
      long idleSince = 0;
      int spins = 0;
      while (!closed) {
        long s = state.get();
        if ((s & OPEN) != 0 && s >>> EPOCH_SHIFT != seen) {
          if (state.compareAndSet(s, s + 1)) {
            seen = s >>> EPOCH_SHIFT;
            Task current = task;
            if (current != null) {
              work(current, index);
            }
            state.getAndDecrement();
            idleSince = 0;
          }
          continue;
        }
        Thread.onSpinWait();
        if ((++spins & 63) == 0) {
          long now = System.nanoTime();
          idleSince = idleSince == 0 ? now : idleSince;
          if (now - idleSince > SPIN_NANOS) {
            parked = true;
            if (state.get() == s && !closed) {
              LockSupport.park(WorkerTeam.this);
            }
            parked = false;
            idleSince = 0;
          }
        }
      }
    }
  }
}
