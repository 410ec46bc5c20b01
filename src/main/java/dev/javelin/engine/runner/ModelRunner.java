package dev.javelin.engine.runner;

import dev.javelin.engine.scheduler.SchedulerOutput;

/** Runs steps of one model. Used by the engine thread alone. */
public interface ModelRunner extends AutoCloseable {
  /** Tokens the model has logits for; ids of a prompt lie below it. */
  int vocabSize();

  /** As {@link dev.javelin.model.Model#attentionWindow}. */
  default int attentionWindow() {
    return 0;
  }

  /** As {@link dev.javelin.model.Model#lengthDependentKeys}. */
  default boolean lengthDependentKeys() {
    return false;
  }

  /** Blocks that it can keep in host memory; 0: it makes no moves. */
  default int hostSlots() {
    return 0;
  }

  /**
   * Starts a step. The handle's {@code await} must be called before the next launch, or where it
   * {@link StepHandle#overlaps} before the one after that.
   */
  StepHandle launch(SchedulerOutput step);

  /**
   * Begins anew after steps that failed: forgets all sequences and what was cached; the weights
   * stay. Called between steps.
   */
  void restart();

  /** Frees the model and its cache. */
  @Override
  void close();
}
