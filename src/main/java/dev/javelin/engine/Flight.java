package dev.javelin.engine;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.Scheduler;
import dev.javelin.engine.scheduler.SchedulerOutput;

/**
 * A step between its launch and its result.
 *
 * @param requests [scheduled sequences] whom it computes; they may end meanwhile
 */
record Flight(SchedulerOutput step, RunningRequest[] requests, StepHandle handle) {
  private static final System.Logger LOG = System.getLogger(Flight.class.getName());

  /** Launches a step; what that throws comes out of {@link #await}. */
  static Flight launch(ModelRunner runner, SchedulerOutput step, RunningRequest[] requests) {
    StepHandle handle;
    try {
      handle = runner.launch(step);
    } catch (RuntimeException | Error e) {
      handle =
          () -> {
            throw e;
          };
    }
    return new Flight(step, requests, handle);
  }

  boolean overlaps() {
    return handle.overlaps();
  }

  /** Lets the scheduler count the tokens that this step chooses. */
  void expectTokens(Scheduler scheduler) {
    for (int i = 0; i < requests.length; i++) {
      RunningRequest request = requests[i];
      if (step.scheduled().get(i).needsLogits() && !request.ended) {
        boolean last = request.sequence.numOutputTokens() + 1 >= request.answerLimit;
        scheduler.expect(request.sequence, last);
      }
    }
  }

  /** Waits without asking for the result; true if it failed. */
  boolean abandon() {
    try {
      handle.await();
      return false;
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.DEBUG, "a step after a failed one failed as well", e);
      return true;
    }
  }

  /** Waits for the result and checks it; called once. */
  ModelRunnerOutput await(int vocabSize) {
    ModelRunnerOutput output = handle.await();
    output.check(step, vocabSize);
    return output;
  }
}
