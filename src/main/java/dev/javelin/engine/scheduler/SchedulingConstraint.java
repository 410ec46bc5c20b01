package dev.javelin.engine.scheduler;

/**
 * Limits what steps compute, beside the token budget and the blocks. Asked on the engine's thread
 * for each sequence of each step: it must not block.
 */
@FunctionalInterface
public interface SchedulingConstraint {
  /**
   * @param wanted tokens the step would compute of {@code sequence}; at least 1
   * @return how many it may, from 0 to {@code wanted}; 0 leaves the sequence out of this step and
   *     lets the next one of its tenant go before it
   */
  int limit(Sequence sequence, int wanted);
}
