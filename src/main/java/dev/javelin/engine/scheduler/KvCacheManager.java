package dev.javelin.engine.scheduler;

import dev.javelin.engine.scheduler.SchedulerOutput.ScheduledSequence;

/** Gives sequences the blocks their positions need, shared where it can. Engine thread only. */
final class KvCacheManager {
  private final BlockPool pool;
  private final SchedulerOptions options;
  private final int blockSize;
  private final int watermark;
  private final BlockHasher hasher = new BlockHasher();
  private long queries;
  private long hits;

  KvCacheManager(BlockPool pool, SchedulerOptions options) {
    this.pool = pool;
    this.options = options;
    blockSize = options.blockSize();
    watermark = Math.max(1, pool.numBlocks() / 100);
  }

  int blocksFor(int numTokens) {
    return Math.ceilDiv(numTokens, blockSize);
  }

  /** Prompt tokens that were looked for in the cache, since the start. */
  long prefixQueries() {
    return queries;
  }

  /** Those of them that were found. */
  long prefixHits() {
    return hits;
  }

  /**
   * Whether {@link #admit} would succeed. A few blocks must stay over, or the next decode of a
   * running sequence would preempt what was just admitted; {@code alone} lifts that, so that the
   * largest sequence the pool can hold does get in.
   */
  boolean fits(Sequence sequence, boolean alone) {
    return fits(sequence, match(sequence), alone);
  }

  private boolean fits(Sequence sequence, int shared, boolean alone) {
    int needed = blocksFor(sequence.numTokens()) - shared + (alone ? 0 : watermark);
    for (int i = 0; i < shared; i++) {
      if (pool.isFree(find(sequence, i))) {
        needed++;
      }
    }
    return needed <= pool.numFree();
  }

  /**
   * Gives a sequence without blocks all that its present tokens need, those it can share first; its
   * computed tokens are then the shared ones.
   *
   * @return false, with nothing taken, if they do not fit
   */
  boolean admit(Sequence sequence, boolean alone) {
    int shared = match(sequence);
    if (!fits(sequence, shared, alone)) {
      return false;
    }
    // All shared ones first: taking a fresh block may evict one that is free.
    for (int i = 0; i < shared; i++) {
      int block = find(sequence, i);
      pool.share(block);
      sequence.addBlock(block);
    }
    int known = shared + restore(sequence, shared);
    for (int i = blocksFor(sequence.numTokens()) - known; i > 0; i--) {
      sequence.addBlock(pool.allocate());
    }
    sequence.numComputedTokens = known * blockSize;
    if (!sequence.announced) {
      sequence.history.cachedTokens = sequence.numComputedTokens;
      sequence.numServedTokens = sequence.numComputedTokens;
      if (!sequence.goesOn) {
        queries += sequence.numTokens();
        hits += sequence.numComputedTokens;
      }
    }
    return true;
  }

  /** Brings back what host memory has of the blocks after the first {@code shared}. */
  private int restore(Sequence sequence, int shared) {
    int most = mostShared(sequence);
    int restored = 0;
    while (shared + restored < most) {
      int next = shared + restored;
      int block = pool.restore(sequence.hashHigh(next), sequence.hashLow(next));
      if (block == BlockPool.NONE) {
        break;
      }
      sequence.addBlock(block);
      restored++;
    }
    return restored;
  }

  /** Makes room for all tokens there are; false if not enough blocks are free. */
  boolean grow(Sequence sequence) {
    while (sequence.numBlocks() < blocksFor(sequence.numTokens())) {
      if (pool.numFree() == 0) {
        return false;
      }
      sequence.addBlock(pool.allocate());
    }
    return true;
  }

  /**
   * Shares the full blocks that a step fills, from {@code from} tokens to what is now computed, and
   * gives back those that no layer will look at again. Others may use a block in the step that
   * fills it: each layer writes the keys of the whole step before it reads any.
   */
  void computed(Sequence sequence, int from) {
    if (options.prefixCache()) {
      sequence.hash(hasher, blockSize, options.lengthDependentKeys());
      int full = Math.min(sequence.numComputedTokens / blockSize, sequence.numHashes());
      // The block that ended at from could not be shared while its last token was expected.
      for (int i = Math.max(0, from - 1) / blockSize; i < full; i++) {
        pool.publish(sequence.block(i), sequence.hashHigh(i), sequence.hashLow(i));
      }
    }
    if (options.slidingWindow() > 0) {
      // This step's first query, at from, still sees from - window + 1.
      int unseen = from - options.slidingWindow() + 1;
      while ((sequence.firstBlock() + 1) * blockSize <= unseen) {
        pool.free(sequence.dropFirstBlock());
      }
    }
  }

  /** Nobody may find the keys of a sequence any more. */
  void withdraw(Sequence sequence) {
    for (int i = sequence.firstBlock(); i < sequence.numBlocks(); i++) {
      pool.withdraw(sequence.block(i));
    }
  }

  /** The step that computed this run failed: nobody may find its keys. */
  void withdraw(ScheduledSequence run) {
    for (int i = run.firstPosition() / blockSize; i < run.numBlocks(); i++) {
      pool.withdraw(run.blockTable()[i]);
    }
  }

  /** Gives all blocks back; the last positions are forgotten first. */
  void free(Sequence sequence) {
    for (int i = sequence.numBlocks() - 1; i >= sequence.firstBlock(); i--) {
      pool.free(sequence.block(i));
    }
    sequence.dropBlocks();
  }

  /**
   * Full blocks that may be shared; one token at least is left to compute. None where each token of
   * the prompt is to be scored: what is not computed has no logits.
   */
  private int mostShared(Sequence sequence) {
    if (sequence.sampling().promptLogprobs() >= 0) {
      return 0;
    }
    return Math.min(sequence.numHashes(), (sequence.numTokens() - 1) / blockSize);
  }

  /** Blocks at the start of a sequence that are cached. */
  private int match(Sequence sequence) {
    if (!options.prefixCache()) {
      return 0;
    }
    sequence.hash(hasher, blockSize, options.lengthDependentKeys());
    int most = mostShared(sequence);
    int shared = 0;
    while (shared < most && find(sequence, shared) != BlockPool.NONE) {
      shared++;
    }
    return shared;
  }

  private int find(Sequence sequence, int block) {
    return pool.find(sequence.hashHigh(block), sequence.hashLow(block));
  }
}
