package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.WaitReason;
import org.jspecify.annotations.Nullable;

/**
 * Counts of what happened to one sequence, however long it lives. Written by the engine thread; for
 * others they may lag.
 */
public final class SequenceHistory {
  static final int REASONS = WaitReason.values().length;

  final long[] waitedSteps = new long[REASONS];

  /** The tenant's counts when this sequence began to wait. */
  final long[] waitStart = new long[REASONS];

  /** The tenant's counts now, while this sequence waits. */
  volatile long @Nullable [] waitingIn;

  int chunks;
  int steps;
  long batchMates;
  int mostBatchMates;
  int preemptions;
  int cachedTokens;

  /** Steps that passed while it waited for {@code reason}. */
  public long waitedSteps(WaitReason reason) {
    int at = reason.ordinal();
    long[] waiting = waitingIn;
    return waitedSteps[at] + (waiting == null ? 0 : waiting[at] - waitStart[at]);
  }

  /** Steps that computed more than one of its tokens, or its first ones. */
  public int chunks() {
    return chunks;
  }

  public int steps() {
    return steps;
  }

  /** Sequences that shared its steps, added up over the steps. */
  public long batchMates() {
    return batchMates;
  }

  public int mostBatchMates() {
    return mostBatchMates;
  }

  public int preemptions() {
    return preemptions;
  }

  /** Prompt tokens whose keys were there when it first ran. */
  public int cachedTokens() {
    return cachedTokens;
  }
}
