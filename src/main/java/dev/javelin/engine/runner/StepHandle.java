package dev.javelin.engine.runner;

/** A step that was launched. */
@FunctionalInterface
public interface StepHandle {
  /** Waits for the step and samples; called once. Throws what the step threw. */
  ModelRunnerOutput await();
}
