package dev.javelin.engine.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * The second tier of the prefix cache: which slots of host memory hold the content of blocks that
 * were evicted. Here are only the accounts; the runner makes the {@link BlockMove}s. Engine thread
 * only.
 */
final class HostTier {
  private final FreeList byUse;
  private final BlockIndex index;
  private List<BlockMove> moves = List.of();

  /**
   * @param numSlots 0: no second tier
   */
  HostTier(int numSlots) {
    byUse = new FreeList(numSlots);
    index = new BlockIndex(numSlots);
  }

  /** Slots that hold a block's content. */
  int size() {
    return index.size();
  }

  /** Keeps the content of a block that is about to be used for something else. */
  void keep(int block, long high, long low) {
    if (byUse.size() == 0) {
      return;
    }
    int slot = index.find(high, low);
    if (slot == BlockPool.NONE) {
      slot = byUse.first();
      if (index.contains(slot)) {
        index.remove(slot);
      }
      index.put(slot, high, low);
      move(new BlockMove(true, block, slot));
    }
    used(slot);
  }

  /** Brings content back into {@code block}, which is held; false if it is not here. */
  boolean restore(int block, long high, long low) {
    int slot = index.find(high, low);
    if (slot == BlockPool.NONE) {
      return false;
    }
    used(slot);
    move(new BlockMove(false, block, slot));
    return true;
  }

  boolean contains(long high, long low) {
    return index.find(high, low) != BlockPool.NONE;
  }

  /** The moves since the last call. */
  List<BlockMove> takeMoves() {
    List<BlockMove> taken = moves;
    moves = List.of();
    return taken;
  }

  /** A move to this slot may not have been made. */
  void forget(int slot) {
    if (index.contains(slot)) {
      index.remove(slot);
    }
  }

  private void used(int slot) {
    byUse.remove(slot);
    byUse.addLast(slot);
  }

  private void move(BlockMove move) {
    if (moves.isEmpty()) {
      moves = new ArrayList<>();
    }
    moves.add(move);
  }
}
