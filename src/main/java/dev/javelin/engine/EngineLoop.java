package dev.javelin.engine;

import dev.javelin.backend.OutOfDeviceMemoryException;
import dev.javelin.engine.Inbox.Command;
import dev.javelin.engine.output.OutputItem;
import dev.javelin.engine.output.OutputProcessor;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.SequenceLogprobs;
import dev.javelin.engine.scheduler.BlockPool;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.NewSequence;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns the scheduler, the sequences and the runner: takes what was sent to it,
 * then schedules, launches, awaits and updates. Where the runner permits, the next step is launched
 * before the last one is awaited, with its tokens expected but not known; an answer that turns out
 * to have ended loses what was computed after its end. The thread parks while there is nothing to
 * compute. A step that throws costs its sequences; several in a row restart the runner; when that
 * does not help either, the engine fails and has to be loaded again.
 */
final class EngineLoop implements Runnable {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  /** How long to wait for what a constraint waits for, unless somebody wakes the thread. */
  private static final long CONSTRAINT_NANOS = 1_000_000;

  private final ModelRunner runner;
  private final Scheduler scheduler;
  private final BlockPool pool;
  private final Outbox outbox;
  private final WaitingRoom waitingRoom;
  private final Thread thread;
  private final Inbox inbox;
  private final Faults faults = new Faults();
  private final EngineCounts counts = new EngineCounts();
  private final LiveRequests requests = new LiveRequests();

  /** What was launched and is not awaited; null: nothing. */
  private @Nullable Flight flight;

  private boolean closing;
  private volatile EngineStats stats;

  /**
   * @param waitingRoom left by a request when it is first scheduled, or ends before
   * @param outstanding released once for each request whose blocks are free
   * @param died hears what ended the thread, if anything but {@link #close} does
   */
  EngineLoop(
      ModelRunner runner,
      Scheduler scheduler,
      BlockPool pool,
      OutputProcessor outputs,
      Outstanding outstanding,
      WaitingRoom waitingRoom,
      Thread.UncaughtExceptionHandler died) {
    this.runner = runner;
    this.scheduler = scheduler;
    this.pool = pool;
    this.waitingRoom = waitingRoom;
    outbox = new Outbox(outputs, outstanding, waitingRoom);
    stats = EngineStats.idle(pool.numBlocks());
    thread =
        Thread.ofPlatform()
            .name("javelin-engine")
            .daemon()
            .uncaughtExceptionHandler(died)
            .unstarted(this);
    inbox = new Inbox(thread);
  }

  Thread thread() {
    return thread;
  }

  void submit(RunningRequest request) {
    inbox.send(new Command.Submit(request));
  }

  void abort(RunningRequest request) {
    inbox.send(new Command.Abort(request));
  }

  void close() {
    inbox.send(new Command.Close());
  }

  /** Waits, through interrupts, until the runner is closed and the thread has ended. */
  void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  EngineStats stats() {
    return stats;
  }

  @Override
  public void run() {
    try {
      while (!closing) {
        turn();
        publish();
        if (!closing && !scheduler.hasWork() && flight == null && inbox.isEmpty()) {
          faults.checkWhenIdle(scheduler);
          publish();
          inbox.await();
        }
      }
      land();
      faults.close();
      failAll(ErrorCode.SHUTTING_DOWN, "the model is being unloaded; try again later");
      faults.check(scheduler);
      publish();
    } finally {
      runner.close();
    }
  }

  private void turn() {
    try {
      Command command;
      while ((command = inbox.poll()) != null) {
        handle(command);
      }
      expire();
      if (outbox.hasEnds()) {
        // Who was cancelled must not wait for a step that no longer concerns it.
        publish();
      }
      if (!closing && scheduler.hasWork()) {
        step();
      } else {
        land();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the engine loop failed", e);
      flight = null;
      failAll(ErrorCode.INTERNAL, "the engine failed");
    }
  }

  private void handle(Command command) {
    switch (command) {
      case Command.Submit(RunningRequest request) -> begin(request);
      case Command.Abort(RunningRequest request) -> {
        if (!request.ended) {
          finish(request, FinishReason.CANCELLED);
        }
      }
      case Command.Close() -> closing = true;
    }
  }

  private void begin(RunningRequest request) {
    try {
      requests.reserve(scheduler.nextId());
      scheduler.add(request.sequence);
    } catch (OutOfMemoryError e) {
      LOG.log(System.Logger.Level.WARNING, "no memory for request " + request.request.id(), e);
      refuse(request, ErrorCode.INSUFFICIENT_MEMORY, Faults.NO_MEMORY);
      return;
    }
    requests.put(request);
    if (faults.health() == EngineHealth.FAILED) {
      fail(request, ErrorCode.ENGINE_FAILED, Faults.FAILED);
    }
  }

  private void expire() {
    long now = System.nanoTime();
    requests.forEach(
        request -> {
          if (request.expired(now)) {
            fail(request, ErrorCode.DEADLINE_EXCEEDED, "the request ran past its deadline");
          }
        });
  }

  private void step() {
    SchedulerOutput step = scheduler.schedule();
    for (NewSequence added : step.newSequences()) {
      start(requests.get(added.id()));
    }
    if (step.scheduled().isEmpty()) {
      if (flight != null) {
        land();
      } else if (scheduler.constrained()) {
        LockSupport.parkNanos(this, CONSTRAINT_NANOS);
      } else {
        throw new IllegalStateException("sequences wait and none can be scheduled");
      }
      return;
    }
    Flight next = Flight.launch(runner, step, requests.of(step));
    Flight last = flight;
    flight = next;
    if (last != null) {
      counts.overlappedSteps++;
      land(last);
    }
    if (next.overlaps()) {
      next.expectTokens(scheduler);
    } else {
      land();
    }
  }

  /** Awaits what is in flight, if anything is. */
  private void land() {
    Flight last = flight;
    if (last != null) {
      flight = null;
      land(last);
    }
  }

  private void land(Flight landing) {
    ModelRunnerOutput output;
    try {
      output = landing.await(runner.vocabSize());
    } catch (RuntimeException | Error e) {
      failStep(landing, e);
      return;
    }
    counts.steps++;
    faults.stepSucceeded();
    long now = System.nanoTime();
    int[] sampled = output.sampledTokenIds();
    for (int i = 0; i < sampled.length; i++) {
      if (!landing.requests()[i].ended) {
        update(landing.requests()[i], sampled[i], output.logprobs(i), now);
        force(landing.requests()[i], output.forced(i), now);
      }
    }
  }

  private void update(RunningRequest request, int token, SequenceLogprobs logprobs, long now) {
    if (!logprobs.prompt().isEmpty()) {
      outbox.add(new OutputItem.ScoredPrompt(request.output, logprobs.prompt()));
    }
    if (token == ModelRunnerOutput.NONE) {
      return;
    }
    if (token == ModelRunnerOutput.INVALID_LOGITS) {
      // Its earlier keys may be the cause.
      scheduler.withdraw(request.sequence);
      fail(
          request,
          ErrorCode.NUMERICAL_ERROR,
          "the model gave logits that are not numbers; nothing was sampled from them");
      return;
    }
    if (token == ModelRunnerOutput.NOTHING_ALLOWED) {
      boolean structured = request.request.sampling().rule() != null;
      fail(
          request,
          structured ? ErrorCode.STRUCTURED_OUTPUT_FAILED : ErrorCode.NO_TOKEN_ALLOWED,
          structured ? Faults.GIVEN_UP : Faults.NOTHING_ALLOWED);
      return;
    }
    request.sampled(now);
    scheduler.append(request.sequence, token);
    appended(request, token, logprobs.sampled(), now);
  }

  /** Takes the tokens that follow from the one just appended; the next step computes them all. */
  private void force(RunningRequest request, int[] tokens, long now) {
    for (int i = 0; i < tokens.length && !request.ended; i++) {
      scheduler.appendForced(request.sequence, tokens[i]);
      appended(request, tokens[i], null, now);
    }
  }

  private void appended(
      RunningRequest request, int token, @Nullable TokenLogprobs logprobs, long now) {
    counts.generatedTokens++;
    boolean end = Arrays.binarySearch(request.sequence.endTokenIds(), token) >= 0;
    outbox.add(new OutputItem.Token(request.output, token, end, now, logprobs));
    if (end) {
      finish(request, FinishReason.STOP);
    } else if (request.sequence.numOutputTokens() >= request.answerLimit) {
      finish(request, FinishReason.LENGTH);
    }
  }

  /** What was launched after the failed step read what that left, so it fails too. */
  private void failStep(Flight failed, Throwable cause) {
    LOG.log(System.Logger.Level.ERROR, "a step failed", cause);
    boolean memory =
        cause instanceof OutOfMemoryError || cause instanceof OutOfDeviceMemoryException;
    ErrorCode code = memory ? ErrorCode.INSUFFICIENT_MEMORY : ErrorCode.STEP_FAILED;
    String message = memory ? Faults.NO_MEMORY : "the step that computed this request failed";
    fail(failed, code, message);
    boolean restart = faults.stepFailed();
    Flight next = flight;
    if (next != null) {
      flight = null;
      restart |= next.abandon() && faults.stepFailed();
      fail(next, code, message);
    }
    if (restart) {
      restart();
    }
  }

  private void fail(Flight failed, ErrorCode code, String message) {
    scheduler.withdraw(failed.step());
    for (RunningRequest request : failed.requests()) {
      if (!request.ended) {
        fail(request, code, message);
      }
    }
  }

  /** Gives up what the runner had begun; what only waited is served afterwards. */
  private void restart() {
    requests.forEach(
        request -> {
          if (request.started) {
            fail(request, ErrorCode.ENGINE_RESTARTED, "the engine had to restart; try again");
          }
        });
    scheduler.withdrawAll();
    if (!faults.restart(runner)) {
      failAll(ErrorCode.ENGINE_FAILED, Faults.FAILED);
    }
  }

  private void start(RunningRequest request) {
    if (!request.request.goesOn()) {
      counts.promptTokens += request.sequence.numPromptTokens();
    }
    request.start();
    waitingRoom.leave(request.request.tenant());
  }

  private void finish(RunningRequest request, FinishReason reason) {
    end(request, new OutputItem.Finish(request.output, reason));
  }

  private void fail(RunningRequest request, ErrorCode code, String message) {
    end(request, new OutputItem.Failure(request.output, code, message));
  }

  private void end(RunningRequest request, OutputItem last) {
    requests.remove(request);
    scheduler.finish(request.sequence);
    outbox.end(request, last);
  }

  /** Fails a request that is in no scheduler. */
  private void refuse(RunningRequest request, ErrorCode code, String message) {
    outbox.end(request, new OutputItem.Failure(request.output, code, message));
  }

  /** Tells what happened, the counts first: who hears of an end sees its blocks free. */
  private void publish() {
    stats = counts.snapshot(faults, scheduler, pool);
    outbox.send();
  }

  private void failAll(ErrorCode code, String message) {
    requests.forEach(request -> fail(request, code, message));
  }
}
