package dev.javelin.engine.scheduler;

/** Gives sequences the blocks their positions need. Engine thread only. */
final class KvCacheManager {
  private final BlockPool pool;
  private final int blockSize;
  private final int watermark;

  KvCacheManager(BlockPool pool, int blockSize) {
    this.pool = pool;
    this.blockSize = blockSize;
    watermark = Math.max(1, pool.numBlocks() / 100);
  }

  int blocksFor(int numTokens) {
    return Math.ceilDiv(numTokens, blockSize);
  }

  /**
   * Whether all present tokens of {@code sequence} would fit. A few blocks must stay over, or the
   * next decode of a running sequence would preempt what was just admitted; {@code alone} lifts
   * that, so that the largest sequence the pool can hold does get in.
   */
  boolean canAdmit(Sequence sequence, boolean alone) {
    int reserve = alone ? 0 : watermark;
    return blocksFor(sequence.numTokens()) + reserve <= pool.numFree();
  }

  /** Makes room for the first {@code numTokens} positions; false, with nothing taken, if short. */
  boolean allocate(Sequence sequence, int numTokens) {
    int missing = blocksFor(numTokens) - sequence.numBlocks();
    if (missing > pool.numFree()) {
      return false;
    }
    for (int i = 0; i < missing; i++) {
      sequence.addBlock(pool.allocate());
    }
    return true;
  }

  void free(Sequence sequence) {
    while (sequence.numBlocks() > 0) {
      pool.free(sequence.removeLastBlock());
    }
  }

  /** [to - from] slots of the positions {@code [from, to)}: block * blockSize + offset. */
  int[] slots(Sequence sequence, int from, int to) {
    int[] slots = new int[to - from];
    for (int position = from; position < to; position++) {
      slots[position - from] =
          sequence.block(position / blockSize) * blockSize + position % blockSize;
    }
    return slots;
  }
}
