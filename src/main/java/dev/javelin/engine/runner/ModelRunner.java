package dev.javelin.engine.runner;

import dev.javelin.engine.scheduler.SchedulerOutput;

/** Runs steps of one model. Used by the engine thread alone. */
public interface ModelRunner extends AutoCloseable {
  /** Tokens the model has logits for; ids of a prompt lie below it. */
  int vocabSize();

  /** Starts a step. The handle's {@code await} must be called before the next launch. */
  StepHandle launch(SchedulerOutput step);

  /** Frees the model and its cache. */
  @Override
  void close();
}
