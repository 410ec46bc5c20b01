package dev.javelin.engine.scheduler;

/**
 * @param blockSize positions of a block
 * @param maxSequences most sequences of a step; no more than {@code tokenBudget} ever run, so that
 *     each running answer gets its token in every step
 * @param tokenBudget most tokens of a step
 * @param promptTokens most prompt tokens of a step that also computes answers: how much a long
 *     prompt may stretch the time between two tokens of others
 * @param prefixCache whether full blocks are shared between sequences that begin alike
 * @param slidingWindow positions that every layer looks back; blocks behind it are given back; 0:
 *     all
 * @param lengthDependentKeys whether keys differ with the prompt's length, so that only prompts of
 *     one length can share them
 */
public record SchedulerOptions(
    int blockSize,
    int maxSequences,
    int tokenBudget,
    int promptTokens,
    boolean prefixCache,
    int slidingWindow,
    boolean lengthDependentKeys) {

  /**
   * @throws IllegalArgumentException if a size is not positive, or the window negative
   */
  public SchedulerOptions {
    if (blockSize <= 0 || maxSequences <= 0 || tokenBudget <= 0 || promptTokens <= 0) {
      throw new IllegalArgumentException(
          "blockSize %d, maxSequences %d, tokenBudget %d and promptTokens %d must be positive"
              .formatted(blockSize, maxSequences, tokenBudget, promptTokens));
    }
    if (slidingWindow < 0) {
      throw new IllegalArgumentException("slidingWindow is negative: " + slidingWindow);
    }
  }

  /** The rest at its defaults: a prefix cache and no window. */
  public static SchedulerOptions of(int blockSize, int maxSequences, int tokenBudget) {
    return new SchedulerOptions(blockSize, maxSequences, tokenBudget, tokenBudget, true, 0, false);
  }

  /**
   * Most tokens of a step that follow from others of answers, beside one for each of {@code
   * running} sequences: half of what prompts may have, so that neither keeps the other waiting.
   */
  int forcedTokens(int running) {
    return Math.max(0, Math.min(promptTokens / 2, tokenBudget - running));
  }

  int maxRunning() {
    return Math.min(maxSequences, tokenBudget);
  }
}
