package dev.javelin.engine.scheduler;

import dev.javelin.engine.request.WaitReason;
import java.util.TreeSet;

/** One tenant's waiting sequences and what it has had so far. Engine thread only. */
final class TenantQueue {
  final String id;
  double weight;

  /** Computed tokens divided by the weight: who has least goes first. */
  double served;

  final TreeSet<Sequence> waiting = new TreeSet<>(Sequence.ORDER);
  int running;

  /** This step has nothing more for it. */
  boolean exhausted;

  /** This step has computed a prompt of it. */
  boolean chosen;

  /** Why its first one waits. */
  WaitReason reason = WaitReason.BUDGET;

  /** Steps in which it waited, by reason. */
  final long[] waitedSteps = new long[SequenceHistory.REASONS];

  TenantQueue(String id) {
    this.id = id;
  }

  boolean active() {
    return running > 0 || !waiting.isEmpty();
  }

  boolean lockedOut() {
    return running == 0 && !waiting.isEmpty();
  }

  void enqueue(Sequence sequence) {
    System.arraycopy(waitedSteps, 0, sequence.history.waitStart, 0, waitedSteps.length);
    sequence.history.waitingIn = waitedSteps;
    waiting.add(sequence);
  }

  /** Takes a sequence out of the queue, if it is there, and settles how long it waited for what. */
  boolean dequeue(Sequence sequence) {
    if (!waiting.remove(sequence)) {
      return false;
    }
    SequenceHistory history = sequence.history;
    history.waitingIn = null;
    for (int i = 0; i < waitedSteps.length; i++) {
      history.waitedSteps[i] += waitedSteps[i] - history.waitStart[i];
    }
    return true;
  }
}
