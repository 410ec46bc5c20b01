package dev.javelin.engine.beam;

/**
 * What a beam search looks for, as vLLM defines it.
 *
 * @param width answers that are followed at once, and told at the end; from 1 to {@value
 *     #MAX_WIDTH}
 * @param lengthPenalty above 0 favours long answers, below 0 short ones
 */
public record BeamParams(int width, double lengthPenalty, EarlyStopping earlyStopping) {
  public static final int MAX_WIDTH = 64;

  /** When the search ends before every answer has as many tokens as it may. */
  public enum EarlyStopping {
    /** Once there are as many complete answers as are wanted. */
    WHEN_COMPLETE,
    /** Once no unfinished answer, if it ended now, would be among the best. */
    WHEN_UNLIKELY,
    /** Once no unfinished answer can come among the best any more. */
    WHEN_DECIDED
  }

  /**
   * @throws IllegalArgumentException if the width is out of its range
   */
  public BeamParams {
    if (width < 1 || width > MAX_WIDTH) {
      throw new IllegalArgumentException(
          "a beam search follows 1 to %d answers, not %d".formatted(MAX_WIDTH, width));
    }
  }

  /**
   * What answers are ordered by, the largest first: {@code logprob / length ^ lengthPenalty}.
   *
   * @param logprob of all tokens of the answer, its end token too, as the model gave them
   * @param length tokens of prompt and answer, its end token not counted
   */
  public double score(double logprob, int length) {
    return logprob / Math.pow(length, lengthPenalty);
  }

  /** The best score that an answer can still get whose tokens may become {@code mostLength}. */
  double attainable(double logprob, int length, int mostLength) {
    return score(logprob, lengthPenalty > 0 ? mostLength : length);
  }
}
