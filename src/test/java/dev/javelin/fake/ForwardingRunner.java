package dev.javelin.fake;

import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;

/** Hands everything on to another runner; whoever extends it changes what they are about. */
public class ForwardingRunner implements ModelRunner {
  private final ModelRunner runner;

  protected ForwardingRunner(ModelRunner runner) {
    this.runner = runner;
  }

  @Override
  public int vocabSize() {
    return runner.vocabSize();
  }

  @Override
  public int attentionWindow() {
    return runner.attentionWindow();
  }

  @Override
  public boolean lengthDependentKeys() {
    return runner.lengthDependentKeys();
  }

  @Override
  public int hostSlots() {
    return runner.hostSlots();
  }

  @Override
  public StepHandle launch(SchedulerOutput step) {
    return runner.launch(step);
  }

  @Override
  public void restart() {
    runner.restart();
  }

  @Override
  public void close() {
    runner.close();
  }
}
