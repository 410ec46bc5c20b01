package dev.javelin.engine;

import dev.javelin.engine.output.OutputItem;
import dev.javelin.engine.output.OutputProcessor;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns the scheduler, the sequences and the runner: takes what was sent to it,
 * then schedules, launches, awaits and updates. It parks while there is nothing to compute.
 */
final class EngineLoop implements Runnable {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  /** What other threads ask of the loop. */
  private sealed interface Command {
    record Submit(RunningRequest request) implements Command {}

    record Abort(RunningRequest request) implements Command {}

    record Close() implements Command {}
  }

  private final ModelRunner runner;
  private final Scheduler scheduler;
  private final BlockPool pool;
  private final OutputProcessor outputs;
  private final Outstanding outstanding;
  private final AtomicInteger waitingToStart;
  private final int contextLength;
  private final ConcurrentLinkedQueue<Command> inbox = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Thread thread;

  /** By sequence id; null where none lives. */
  private final List<@Nullable RunningRequest> requests = new ArrayList<>();

  private List<OutputItem> items = new ArrayList<>();
  private int ended;
  private boolean closing;
  private long promptTokens;
  private long generatedTokens;
  private long steps;
  private volatile EngineStats stats;

  /**
   * @param contextLength most tokens of a sequence; the pool holds that many
   * @param waitingToStart counted down when a request is first scheduled, or ends before
   * @param outstanding released once for each request whose blocks are free
   */
  EngineLoop(
      ModelRunner runner,
      Scheduler scheduler,
      BlockPool pool,
      OutputProcessor outputs,
      Outstanding outstanding,
      AtomicInteger waitingToStart,
      int contextLength) {
    this.runner = runner;
    this.scheduler = scheduler;
    this.pool = pool;
    this.outputs = outputs;
    this.outstanding = outstanding;
    this.waitingToStart = waitingToStart;
    this.contextLength = contextLength;
    stats = new EngineStats(0, 0, pool.numBlocks(), pool.numFree(), 0, 0, 0, 0);
    thread = Thread.ofPlatform().name("javelin-engine").daemon().unstarted(this);
  }

  Thread thread() {
    return thread;
  }

  void submit(RunningRequest request) {
    send(new Command.Submit(request));
  }

  void abort(RunningRequest request) {
    send(new Command.Abort(request));
  }

  void close() {
    send(new Command.Close());
  }

  /** Waits, through interrupts, until the runner is closed. */
  void awaitEnd() {
    done.join();
  }

  EngineStats stats() {
    return stats;
  }

  private void send(Command command) {
    inbox.add(command);
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    try {
      while (!closing) {
        turn();
        publish();
        while (!closing && !scheduler.hasWork() && inbox.isEmpty()) {
          LockSupport.park(this);
        }
      }
      failAll(ErrorCode.SHUTTING_DOWN, "the model is being unloaded; try again later");
      publish();
    } finally {
      runner.close();
      done.complete(null);
    }
  }

  private void turn() {
    try {
      Command command;
      while ((command = inbox.poll()) != null) {
        handle(command);
      }
      expire();
      if (!closing && scheduler.hasWork()) {
        step();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the engine loop failed", e);
      failAll(ErrorCode.INTERNAL, "the engine failed");
    }
  }

  private void handle(Command command) {
    switch (command) {
      case Command.Submit(RunningRequest request) -> {
        scheduler.add(request.sequence);
        int id = request.sequence.id();
        while (requests.size() <= id) {
          requests.add(null);
        }
        requests.set(id, request);
      }
      case Command.Abort(RunningRequest request) -> {
        if (!request.ended) {
          finish(request, FinishReason.CANCELLED);
        }
      }
      case Command.Close() -> closing = true;
    }
  }

  private void expire() {
    long now = System.nanoTime();
    for (int id = 0; id < requests.size(); id++) {
      RunningRequest request = requests.get(id);
      if (request != null && request.expired(now)) {
        fail(request, ErrorCode.DEADLINE_EXCEEDED, "the request ran past its deadline");
      }
    }
  }

  private void step() {
    SchedulerOutput step = scheduler.schedule();
    for (NewSequence added : step.newSequences()) {
      start(request(added.id()));
    }
    if (step.scheduled().isEmpty()) {
      throw new IllegalStateException("sequences wait and none can be scheduled");
    }
    int[] sampled;
    try {
      ModelRunnerOutput output = runner.launch(step).await();
      sampled = output.sampledTokenIds();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "a step failed", e);
      for (ScheduledSequence scheduled : step.scheduled()) {
        fail(
            request(scheduled.id()),
            ErrorCode.INTERNAL,
            "the step that computed this request failed");
      }
      return;
    }
    steps++;
    long now = System.nanoTime();
    for (int i = 0; i < sampled.length; i++) {
      update(step.scheduled().get(i), sampled[i], now);
    }
  }

  private void update(ScheduledSequence scheduled, int token, long now) {
    RunningRequest request = request(scheduled.id());
    if (token == ModelRunnerOutput.NONE) {
      return;
    }
    if (token == ModelRunnerOutput.INVALID_LOGITS) {
      fail(request, ErrorCode.INTERNAL, "the model gave logits that are not numbers");
      return;
    }
    generatedTokens++;
    scheduler.append(request.sequence, token);
    boolean end = Arrays.binarySearch(request.sequence.endTokenIds(), token) >= 0;
    items.add(new OutputItem.Token(request.output, token, end, now));
    if (end) {
      finish(request, FinishReason.STOP);
    } else if (request.sequence.numOutputTokens() >= request.request.sampling().maxTokens()
        || request.sequence.numTokens() >= contextLength) {
      finish(request, FinishReason.LENGTH);
    }
  }

  private void start(RunningRequest request) {
    request.started = true;
    promptTokens += request.sequence.numPromptTokens();
    request.output.started();
    waitingToStart.decrementAndGet();
  }

  private void finish(RunningRequest request, FinishReason reason) {
    end(request, new OutputItem.Finish(request.output, reason));
  }

  private void fail(RunningRequest request, ErrorCode code, String message) {
    end(request, new OutputItem.Failure(request.output, code, message));
  }

  private void end(RunningRequest request, OutputItem last) {
    requests.set(request.sequence.id(), null);
    scheduler.finish(request.sequence);
    request.ended = true;
    if (!request.started) {
      waitingToStart.decrementAndGet();
    }
    items.add(last);
    ended++;
  }

  /** Tells what happened, the counts first: who hears of an end sees its blocks free. */
  private void publish() {
    stats =
        new EngineStats(
            scheduler.numRunning(),
            scheduler.numWaiting(),
            pool.numBlocks(),
            pool.numFree(),
            promptTokens,
            generatedTokens,
            steps,
            scheduler.preemptions());
    if (!items.isEmpty()) {
      outputs.post(items);
      items = new ArrayList<>();
    }
    for (; ended > 0; ended--) {
      outstanding.release();
    }
  }

  private RunningRequest request(int id) {
    RunningRequest request = requests.get(id);
    if (request == null) {
      throw new IllegalStateException("no request has the sequence id " + id);
    }
    return request;
  }

  private void failAll(ErrorCode code, String message) {
    for (int id = 0; id < requests.size(); id++) {
      RunningRequest request = requests.get(id);
      if (request != null) {
        fail(request, code, message);
      }
    }
  }
}
