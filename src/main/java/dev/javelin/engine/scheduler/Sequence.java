package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.SamplingParams;
import java.util.Arrays;

/**
 * One request's tokens, prompt and answer alike, and how far their keys and values are computed.
 * Every step lets {@code numComputedTokens} chase {@code numTokens}. Engine thread only.
 */
public final class Sequence {
  static final int NO_ID = -1;

  private final int[] promptTokenIds;
  private final SamplingParams sampling;
  private final int[] endTokenIds;
  private int[] tokens;
  private int numTokens;
  private int[] blocks = new int[8];
  private int numBlocks;
  int id = NO_ID;
  int numComputedTokens;
  boolean announced;

  /**
   * @param promptTokenIds [at least 1], not copied
   * @param endTokenIds sorted tokens that end the answer
   */
  public Sequence(int[] promptTokenIds, SamplingParams sampling, int[] endTokenIds) {
    this.promptTokenIds = promptTokenIds;
    this.sampling = sampling;
    this.endTokenIds = endTokenIds;
    tokens = Arrays.copyOf(promptTokenIds, promptTokenIds.length + 16);
    numTokens = promptTokenIds.length;
  }

  /** Small number of a live sequence, used again after it ended; -1 unless in a scheduler. */
  public int id() {
    return id;
  }

  public int numTokens() {
    return numTokens;
  }

  public int numPromptTokens() {
    return promptTokenIds.length;
  }

  public int numOutputTokens() {
    return numTokens - promptTokenIds.length;
  }

  public int numComputedTokens() {
    return numComputedTokens;
  }

  public int[] promptTokenIds() {
    return promptTokenIds;
  }

  public SamplingParams sampling() {
    return sampling;
  }

  public int[] endTokenIds() {
    return endTokenIds;
  }

  /** A copy of the block ids in order of positions. */
  public int[] blockTable() {
    return Arrays.copyOf(blocks, numBlocks);
  }

  void append(int token) {
    if (numTokens == tokens.length) {
      tokens = Arrays.copyOf(tokens, numTokens * 2);
    }
    tokens[numTokens++] = token;
  }

  int[] tokens(int from, int to) {
    return Arrays.copyOfRange(tokens, from, to);
  }

  int numBlocks() {
    return numBlocks;
  }

  int block(int index) {
    return blocks[index];
  }

  void addBlock(int block) {
    if (numBlocks == blocks.length) {
      blocks = Arrays.copyOf(blocks, numBlocks * 2);
    }
    blocks[numBlocks++] = block;
  }

  int removeLastBlock() {
    return blocks[--numBlocks];
  }
}
