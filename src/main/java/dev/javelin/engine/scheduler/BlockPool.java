package dev.javelin.engine.scheduler;

import java.util.Arrays;

/**
 * The blocks of one KV cache (Kwon et al., 2023, arXiv:2309.06180). A block is held by any number
 * of sequences or free. A full block may be published under the hash of its content; from then on
 * it never changes and others may share it, also once nobody holds it, until it is the least
 * recently used free block and is taken for something else. Used by one thread.
 */
public final class BlockPool {
  static final int NONE = -1;

  private final int[] holders;
  private FreeList free;
  private BlockIndex index;
  private HostTier host;
  private final int hostSlots;
  private long evictions;
  private long restored;

  /** No second tier. */
  public BlockPool(int numBlocks) {
    this(numBlocks, 0);
  }

  /**
   * @param hostSlots evicted blocks whose content is kept in host memory
   * @throws IllegalArgumentException if {@code numBlocks} is not positive
   */
  public BlockPool(int numBlocks, int hostSlots) {
    if (numBlocks <= 0) {
      throw new IllegalArgumentException("numBlocks must be positive, was " + numBlocks);
    }
    holders = new int[numBlocks];
    free = new FreeList(numBlocks);
    index = new BlockIndex(numBlocks);
    this.hostSlots = hostSlots;
    host = new HostTier(hostSlots);
  }

  /** What the accounts of so many blocks take of the heap. */
  public static long bytes(int numBlocks) {
    // Who holds a block, two links to free ones, two halves of a hash, a flag, a link and a bucket.
    return numBlocks
        * (Integer.BYTES + 2L * Integer.BYTES + 2L * Long.BYTES + 1 + 3L * Integer.BYTES);
  }

  public int numBlocks() {
    return holders.length;
  }

  /** Blocks that nobody holds, published ones among them. */
  public int numFree() {
    return free.size();
  }

  /** Blocks that can be found by their content. */
  public int numPublished() {
    return index.size();
  }

  /** Blocks whose content host memory holds. */
  public int numInHost() {
    return host.size();
  }

  /** Blocks brought back from host memory, since the start. */
  public long restored() {
    return restored;
  }

  /** Published blocks taken for something else, since the start. */
  public long evictions() {
    return evictions;
  }

  /**
   * Takes the least recently used free block; what it was published as is forgotten.
   *
   * @throws IllegalStateException if no block is free
   */
  public int allocate() {
    if (free.size() == 0) {
      throw new IllegalStateException("all %d blocks are in use".formatted(holders.length));
    }
    int block = free.first();
    free.remove(block);
    if (index.contains(block)) {
      host.keep(block, index.high(block), index.low(block));
      index.remove(block);
      evictions++;
    }
    holders[block] = 1;
    return block;
  }

  /**
   * Takes a free block, publishes it under a hash and lets its content come from host memory.
   *
   * @return the block, or -1 if the content is not there
   */
  int restore(long high, long low) {
    if (!host.contains(high, low)) {
      return NONE;
    }
    int block = allocate();
    // Taking the block may have evicted another into the very slot.
    if (!host.restore(block, high, low)) {
      free(block);
      return NONE;
    }
    publish(block, high, low);
    restored++;
    return block;
  }

  HostTier host() {
    return host;
  }

  /** The block published under a hash, or -1; it is not held by this. */
  int find(long high, long low) {
    return index.find(high, low);
  }

  boolean isFree(int block) {
    return holders[block] == 0;
  }

  /** Holds a block once more. */
  void share(int block) {
    if (holders[block]++ == 0) {
      free.remove(block);
    }
  }

  /**
   * Lets go of a block once. Published blocks are kept as long as possible, others are used next.
   *
   * @throws IllegalStateException if nobody holds {@code block}
   */
  public void free(int block) {
    if (holders[block] == 0) {
      throw new IllegalStateException("block %d is freed twice".formatted(block));
    }
    if (--holders[block] > 0) {
      return;
    }
    if (index.contains(block)) {
      free.addLast(block);
    } else {
      free.addFirst(block);
    }
  }

  /** Lets a held block be found by its content, unless an equal one already is. */
  void publish(int block, long high, long low) {
    if (!index.contains(block) && index.find(high, low) == NONE) {
      index.put(block, high, low);
    }
  }

  /** A held block's content turned out wrong: nobody may find it any more. */
  void withdraw(int block) {
    if (index.contains(block)) {
      index.remove(block);
    }
  }

  /** Forgets the content of all blocks, in host memory too. */
  void withdrawAll() {
    host = new HostTier(hostSlots);
    for (int block = 0; block < holders.length; block++) {
      withdraw(block);
    }
  }

  /** Makes all blocks free and empty, whatever was counted. */
  void reset() {
    Arrays.fill(holders, 0);
    free = new FreeList(holders.length);
    index = new BlockIndex(holders.length);
    host = new HostTier(hostSlots);
  }

  /**
   * @param held [numBlocks] how often each block is held, counted by the holders
   * @throws IllegalStateException unless every block is held that often, or else in the free list,
   *     once
   */
  public void checkIntegrity(int[] held) {
    boolean[] marks = new boolean[holders.length];
    int listed = free.mark(marks);
    if (listed != free.size()) {
      throw new IllegalStateException(
          "the free list has %d blocks and says %d".formatted(listed, free.size()));
    }
    for (int block = 0; block < holders.length; block++) {
      if (holders[block] != held[block]) {
        throw new IllegalStateException(
            "block %d is held %d times and counts %d"
                .formatted(block, held[block], holders[block]));
      }
      if (marks[block] == holders[block] > 0) {
        throw new IllegalStateException(
            "block %d is %s".formatted(block, marks[block] ? "in two places" : "lost"));
      }
    }
  }
}
