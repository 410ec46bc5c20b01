package dev.javelin.engine.scheduler;

import java.util.BitSet;

/**
 * The ids of living sequences, each the smallest that was free, so that a runner may index arrays
 * by them; and those that ended since the runner was last told.
 */
final class SequenceIds {
  static final int[] NONE = {};

  private final BitSet used = new BitSet();
  private final BitSet finished = new BitSet();

  /** The id that {@link #take} will give. */
  int next() {
    return used.nextClearBit(0);
  }

  int take() {
    int id = next();
    used.set(id);
    return id;
  }

  /**
   * @param announced whether the runner knows the sequence, and so has to hear of its end
   */
  void free(int id, boolean announced) {
    used.clear(id);
    if (announced) {
      finished.set(id);
    }
  }

  /** The ids that ended, once each. */
  int[] takeFinished() {
    int[] ids = new int[finished.cardinality()];
    int n = 0;
    for (int id = finished.nextSetBit(0); id >= 0; id = finished.nextSetBit(id + 1)) {
      ids[n++] = id;
    }
    finished.clear();
    return ids;
  }
}
