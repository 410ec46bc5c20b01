package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.SamplingParams;
import java.util.List;

/**
 * One step as a value. The arrays are copies and must not be changed.
 *
 * @param scheduled what to compute, oldest sequence first
 * @param newSequences those among them that no step has held before
 * @param finishedIds sequences that ended since the last step; read before {@code newSequences},
 *     which may use an id again
 * @param numTokens tokens of the step over all sequences
 */
public record SchedulerOutput(
    List<ScheduledSequence> scheduled,
    List<NewSequence> newSequences,
    int[] finishedIds,
    int numTokens) {

  /**
   * A run of one sequence's tokens.
   *
   * @param firstPosition position of {@code tokenIds[0]} in the sequence
   * @param tokenIds [n]
   * @param slotMapping [n] where each token's key and value go
   * @param blockTable blocks of the positions from 0 to the last of this run
   * @param promptLength prompt tokens of the sequence in all
   * @param needsLogits whether the run ends with the last known token, so that the next is sampled
   */
  public record ScheduledSequence(
      int id,
      int firstPosition,
      int[] tokenIds,
      int[] slotMapping,
      int[] blockTable,
      int promptLength,
      boolean needsLogits) {}

  /**
   * What sampling needs to know of a sequence once.
   *
   * @param endTokenIds sorted tokens that end the answer
   */
  public record NewSequence(
      int id, int[] promptTokenIds, SamplingParams sampling, int[] endTokenIds) {}
}
