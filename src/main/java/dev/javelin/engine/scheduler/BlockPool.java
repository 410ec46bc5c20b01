package dev.javelin.engine.scheduler;

/**
 * The blocks of one KV cache: each is free or belongs to exactly one sequence (Kwon et al., 2023,
 * arXiv:2309.06180). Used by one thread.
 */
public final class BlockPool {
  private final int[] freeBlocks;
  private final boolean[] used;
  private int numFree;

  /**
   * @throws IllegalArgumentException if {@code numBlocks} is not positive
   */
  public BlockPool(int numBlocks) {
    if (numBlocks <= 0) {
      throw new IllegalArgumentException("numBlocks must be positive, was " + numBlocks);
    }
    freeBlocks = new int[numBlocks];
    used = new boolean[numBlocks];
    for (int i = 0; i < numBlocks; i++) {
      freeBlocks[i] = numBlocks - 1 - i;
    }
    numFree = numBlocks;
  }

  public int numBlocks() {
    return used.length;
  }

  public int numFree() {
    return numFree;
  }

  /**
   * @throws IllegalStateException if no block is free
   */
  public int allocate() {
    if (numFree == 0) {
      throw new IllegalStateException("all %d blocks are in use".formatted(used.length));
    }
    int block = freeBlocks[--numFree];
    used[block] = true;
    return block;
  }

  /**
   * @throws IllegalStateException if {@code block} is not in use
   */
  public void free(int block) {
    if (!used[block]) {
      throw new IllegalStateException("block %d is freed twice".formatted(block));
    }
    used[block] = false;
    freeBlocks[numFree++] = block;
  }

  /**
   * @throws IllegalStateException unless every block is either in the free list, once, or in use
   */
  public void checkIntegrity() {
    boolean[] seen = new boolean[used.length];
    for (int i = 0; i < numFree; i++) {
      int block = freeBlocks[i];
      if (seen[block] || used[block]) {
        throw new IllegalStateException("block %d is in two places".formatted(block));
      }
      seen[block] = true;
    }
    for (int block = 0; block < used.length; block++) {
      if (!seen[block] && !used[block]) {
        throw new IllegalStateException("block %d is lost".formatted(block));
      }
    }
  }
}
