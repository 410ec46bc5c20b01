package dev.javelin.fake;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Like a device that runs ahead of the host: a step is computed when it is launched, what came of
 * it is told when it is awaited, and the step between takes the tokens it does not know from here.
 */
public final class LateRunner extends ForwardingRunner {
  private final Random random;
  private final int synchronous;

  /** By sequence id, what the last step chose. */
  private int[] chosen = {};

  private int unawaited;

  /**
   * @param synchronous one of so many steps has to be awaited before the next; 0: none
   */
  public LateRunner(ModelRunner runner, long seed, int synchronous) {
    super(runner);
    this.synchronous = synchronous;
    random = new Random(seed);
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    if (++unawaited > 2) {
      throw new AssertionError("three steps in flight");
    }
    boolean overlaps = synchronous == 0 || random.nextInt(synchronous) > 0;
    try {
      ModelRunnerOutput output = super.launch(known(step)).await();
      keep(step, output);
      return handle(overlaps, () -> output);
    } catch (RuntimeException | Error e) {
      return handle(
          overlaps,
          () -> {
            throw e;
          });
    }
  }

  private StepHandle handle(boolean overlaps, Supplier<ModelRunnerOutput> result) {
    return new StepHandle() {
      @Override
      public ModelRunnerOutput await() {
        unawaited--;
        return result.get();
      }

      @Override
      public boolean overlaps() {
        return overlaps;
      }
    };
  }

  private void keep(SchedulerOutput step, ModelRunnerOutput output) {
    for (int s = 0; s < step.scheduled().size(); s++) {
      int id = step.scheduled().get(s).id();
      if (id >= chosen.length) {
        chosen = Arrays.copyOf(chosen, 2 * id + 1);
      }
      chosen[id] = s < output.sampledTokenIds().length ? output.sampledTokenIds()[s] : 0;
    }
  }

  private SchedulerOutput known(SchedulerOutput step) {
    List<ScheduledSequence> known = new ArrayList<>();
    for (ScheduledSequence run : step.scheduled()) {
      int[] tokens = Arrays.copyOf(run.tokens(), run.end());
      for (int position = 0; position < tokens.length; position++) {
        if (tokens[position] == ScheduledSequence.UNKNOWN) {
          if (position != run.end() - 1) {
            throw new AssertionError("an unknown token before a run's last");
          }
          tokens[position] = Math.max(0, chosen[run.id()]);
        }
      }
      known.add(
          new ScheduledSequence(
              run.id(),
              run.firstPosition(),
              run.numTokens(),
              tokens,
              run.blockTable(),
              run.numBlocks(),
              run.promptLength(),
              run.needsLogits()));
    }
    return new SchedulerOutput(
        step.moves(), known, step.newSequences(), step.finishedIds(), step.numTokens());
  }

  @Override
  public void restart() {
    if (unawaited > 0) {
      throw new AssertionError("a restart beside a step in flight");
    }
    super.restart();
  }
}
