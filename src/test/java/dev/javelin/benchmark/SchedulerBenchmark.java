package dev.javelin.benchmark;

import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.engine.scheduler.SchedulerOptions;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import dev.javelin.engine.scheduler.Sequence;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Cost of one scheduler step: choosing it and appending every sampled token, while sequences of 500
 * prompt and 500 answer tokens come and go. {@code SchedulerBenchmark [RUNNING...]}, 64 and 256 by
 * default. Prints the median and the 99th percentile over {@value #STEPS} steps a round, best of
 * {@value #ROUNDS} rounds, and the bytes a step allocates in the first and in the last round.
 */
public final class SchedulerBenchmark {
  private static final int ROUNDS = 10;
  private static final int STEPS = 5000;
  private static final int PROMPT = 500;
  private static final int ANSWER = 500;

  private final int running;
  private final Scheduler scheduler;
  private final Sequence[] byId;
  private final Random random = new Random(1);

  private SchedulerBenchmark(int running) {
    this.running = running;
    byId = new Sequence[2 * running];
    scheduler =
        new Scheduler(
            new BlockPool(running * (PROMPT + ANSWER) / 16 * 2),
            SchedulerOptions.of(16, running, 2048));
  }

  public static void main(String[] args) {
    int[] sizes = args.length == 0 ? new int[] {64, 256} : ints(args);
    for (int running : sizes) {
      new SchedulerBenchmark(running).run();
    }
  }

  private static int[] ints(String[] args) {
    return Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
  }

  private void run() {
    for (int i = 0; i < running; i++) {
      add();
    }
    double median = Double.MAX_VALUE;
    double tail = Double.MAX_VALUE;
    long firstBytes = 0;
    long lastBytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long[] nanos = new long[STEPS];
      long before = allocated();
      for (int i = 0; i < STEPS; i++) {
        nanos[i] = step();
      }
      lastBytes = (allocated() - before) / STEPS;
      firstBytes = round == 1 ? lastBytes : firstBytes;
      Arrays.sort(nanos);
      median = Math.min(median, nanos[STEPS / 2] / 1e3);
      tail = Math.min(tail, nanos[STEPS * 99 / 100] / 1e3);
    }
    System.out.printf(
        Locale.ROOT,
        "%d running: %.1f us a step, 99 %% below %.1f us; %d bytes a step at first, %d at last%n",
        running,
        median,
        tail,
        firstBytes,
        lastBytes);
  }

  /** Nanoseconds of one step; sequences that ended are replaced outside of it. */
  private long step() {
    long start = System.nanoTime();
    SchedulerOutput step = scheduler.schedule();
    for (int i = 0; i < step.scheduled().size(); i++) {
      ScheduledSequence scheduled = step.scheduled().get(i);
      if (scheduled.needsLogits()) {
        scheduler.append(byId[scheduled.id()], i);
      }
    }
    long nanos = System.nanoTime() - start;
    for (int i = 0; i < step.scheduled().size(); i++) {
      Sequence sequence = byId[step.scheduled().get(i).id()];
      if (sequence.numOutputTokens() >= ANSWER) {
        scheduler.finish(sequence);
        add();
      }
    }
    return nanos;
  }

  private void add() {
    int[] prompt = random.ints(PROMPT - random.nextInt(100), 0, 50_000).toArray();
    Sequence sequence = new Sequence(prompt, SamplingParams.DEFAULT, new int[0]);
    scheduler.add(sequence);
    byId[sequence.id()] = sequence;
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }
}
