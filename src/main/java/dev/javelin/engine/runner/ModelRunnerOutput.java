package dev.javelin.engine.runner;

/**
 * What a step gave.
 *
 * @param sampledTokenIds [scheduled sequences] the token each got, {@link #NONE} where no logits
 *     were wanted, {@link #INVALID_LOGITS} where they held no number to choose by
 */
public record ModelRunnerOutput(int[] sampledTokenIds) {
  public static final int NONE = -1;
  public static final int INVALID_LOGITS = -2;
}
