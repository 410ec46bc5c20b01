package dev.javelin.backend;

/**
 * Where the tokens of one step stand. Flat arrays are owned by the runner, reused every step, and
 * longer than the counts say: read the counts. Sequences lie one after the other; sequence s has
 * the query rows {@code queryStart[s] .. queryStart[s + 1])}.
 */
public final class AttentionMetadata {
  public int numTokens;
  public int numSequences;

  /** [numTokens] position of each token in its sequence. */
  public int[] positions;

  /** [numTokens] where its key and value go: block * blockSize + offset in the block. */
  public int[] slotMapping;

  /** [numSequences + 1] first query row of each sequence. */
  public int[] queryStart;

  /** [numSequences] tokens whose keys exist after this step's are written. */
  public int[] seqLens;

  /** [numSequences] prompt tokens in all, for rotary scalings that depend on the length. */
  public int[] promptLens;

  /** [numSequences, maxBlocksPerSequence] block ids, row-major. */
  public int[] blockTables;

  public int maxBlocksPerSequence;

  public AttentionMetadata(int maxTokens, int maxSequences, int maxBlocksPerSequence) {
    this.maxBlocksPerSequence = maxBlocksPerSequence;
    positions = new int[maxTokens];
    slotMapping = new int[maxTokens];
    queryStart = new int[maxSequences + 1];
    seqLens = new int[maxSequences];
    promptLens = new int[maxSequences];
    blockTables = new int[Math.multiplyExact(maxSequences, maxBlocksPerSequence)];
  }

  /** Length that rotary scalings see for query row {@code row} of sequence {@code s}. */
  public int ropeLength(int s, int row) {
    return Math.max(promptLens[s], positions[row] + 1);
  }
}
