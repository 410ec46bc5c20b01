package dev.javelin.engine.scheduler;

import java.util.Arrays;

/**
 * Finds a block by the hash of everything its keys depend on. At most one block per hash and one
 * hash per block; chains of blocks hang on an array of buckets, so nothing is allocated.
 */
final class BlockIndex {
  private static final int NONE = -1;

  private final long[] high;
  private final long[] low;
  private final boolean[] present;
  private final int[] next;
  private final int[] buckets;
  private int size;

  BlockIndex(int numBlocks) {
    high = new long[numBlocks];
    low = new long[numBlocks];
    present = new boolean[numBlocks];
    next = new int[numBlocks];
    buckets = new int[Math.max(2, Integer.highestOneBit(numBlocks) * 2)];
    Arrays.fill(buckets, NONE);
  }

  int size() {
    return size;
  }

  boolean contains(int block) {
    return present[block];
  }

  long high(int block) {
    return high[block];
  }

  long low(int block) {
    return low[block];
  }

  /** The block with this hash, or -1. */
  int find(long high, long low) {
    int block = buckets[bucket(low)];
    while (block != NONE && (this.low[block] != low || this.high[block] != high)) {
      block = next[block];
    }
    return block;
  }

  /** Enters a block that is not in here under a hash that is not in here. */
  void put(int block, long high, long low) {
    int bucket = bucket(low);
    this.high[block] = high;
    this.low[block] = low;
    present[block] = true;
    next[block] = buckets[bucket];
    buckets[bucket] = block;
    size++;
  }

  /** Takes out a block that is in here. */
  void remove(int block) {
    int bucket = bucket(low[block]);
    if (buckets[bucket] == block) {
      buckets[bucket] = next[block];
    } else {
      int at = buckets[bucket];
      while (next[at] != block) {
        at = next[at];
      }
      next[at] = next[block];
    }
    present[block] = false;
    size--;
  }

  private int bucket(long low) {
    // The hash is uniform: its lowest bits serve.
    return (int) low & (buckets.length - 1);
  }
}
