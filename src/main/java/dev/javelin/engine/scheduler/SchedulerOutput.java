package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.SamplingParams;
import java.util.List;

/**
 * One step as a value. The arrays are views of their sequences: what lies in the stated ranges
 * never changes, but for unknown tokens, which become known once the step before is awaited; what
 * lies behind them does. They must not be written to.
 *
 * @param moves made before anything else of the step
 * @param scheduled what to compute: answers first, then prompts
 * @param newSequences those among them that no step has held before
 * @param finishedIds sequences that ended since the last step; read before {@code newSequences},
 *     which may use an id again
 * @param numTokens tokens of the step over all sequences
 */
public record SchedulerOutput(
    List<BlockMove> moves,
    List<ScheduledSequence> scheduled,
    List<NewSequence> newSequences,
    int[] finishedIds,
    int numTokens) {

  /**
   * A run of one sequence's tokens.
   *
   * <pre>
   * tokens      0 … firstPosition … firstPosition + numTokens - 1
   *             computed          this run
   * blockTable  block of position p: blockTable[p / blockSize], p below the run's end
   * slot        block * blockSize + p % blockSize
   * </pre>
   *
   * @param firstPosition position of the run's first token in the sequence
   * @param numTokens of the run, at least 1
   * @param tokens [at least firstPosition + numTokens] the whole sequence; {@link #UNKNOWN} for a
   *     run's last token that the step before, still in flight, chooses
   * @param blockTable [at least numBlocks] block ids; those behind a sliding window are stale
   * @param numBlocks blocks of the positions from 0 to the run's last
   * @param promptLength prompt tokens of the sequence in all
   * @param needsLogits whether the run ends with the last known token, so that the next is sampled
   */
  public record ScheduledSequence(
      int id,
      int firstPosition,
      int numTokens,
      int[] tokens,
      int[] blockTable,
      int numBlocks,
      int promptLength,
      boolean needsLogits) {
    public static final int UNKNOWN = -1;

    /** Tokens that have keys after this step. */
    public int end() {
      return firstPosition + numTokens;
    }

    /** The token at a position below {@link #end}. */
    public int token(int position) {
      return tokens[position];
    }
  }

  /**
   * What sampling needs to know of a sequence once.
   *
   * @param tokens [at least numTokens] its prompt, and the answer that it goes on with
   * @param endTokenIds sorted tokens that end the answer
   */
  public record NewSequence(
      int id,
      int[] tokens,
      int promptLength,
      int numTokens,
      SamplingParams sampling,
      int[] endTokenIds) {}
}
