package dev.javelin.backend;

/**
 * One step's inputs to a model and its ops. Arrays belong to the runner, are reused every step and
 * may be longer than the counts.
 */
public final class ForwardBatch {
  /** [numTokens] ids, or {@link ChosenTokens#ofRow}. */
  public final int[] tokenIds;

  public final AttentionMetadata attention;

  /** [numLogits] rows of the batch whose logits are wanted. */
  public final int[] logitRows;

  public int numLogits;

  /** How the tokens of these rows are drawn. */
  public final TokenDraws draws;

  public ForwardBatch(int maxTokens, int maxSequences, int maxBlocksPerSequence) {
    tokenIds = new int[maxTokens];
    attention = new AttentionMetadata(maxTokens, maxSequences, maxBlocksPerSequence);
    logitRows = new int[maxTokens];
    draws = new TokenDraws(maxSequences);
  }

  /** What one of these takes of the heap. */
  public static long bytes(int maxTokens, int maxSequences, int maxBlocksPerSequence) {
    long draws = 3L * Float.BYTES + Integer.BYTES + Double.BYTES;
    long lengths = 3L * Integer.BYTES;
    return 4L * Integer.BYTES * maxTokens
        + maxSequences * (draws + lengths + (long) Integer.BYTES * maxBlocksPerSequence);
  }

  public int numTokens() {
    return attention.numTokens;
  }
}
