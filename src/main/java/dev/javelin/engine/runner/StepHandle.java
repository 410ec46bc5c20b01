package dev.javelin.engine.runner;

/** A step that was launched. */
@FunctionalInterface
public interface StepHandle {
  /** Waits for the step and samples; called once. Throws what the step threw. */
  ModelRunnerOutput await();

  /**
   * Whether the next step may be launched before this one is awaited; tokens that it needs and that
   * this one chooses are then unknown to it.
   */
  default boolean overlaps() {
    return false;
  }
}
