package dev.javelin.engine;

/** Hears how far a load is, on the thread that loads. What it throws ends the load. */
@FunctionalInterface
public interface LoadProgress {
  /** A stage begins. */
  void stage(String name);

  /**
   * So much of the stage is done.
   *
   * @param part from 0 to 1, growing
   */
  default void done(double part) {}
}
