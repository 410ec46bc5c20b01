package dev.javelin.engine.scheduler;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The sequences that hold blocks, in order of priority, then arrival. */
final class RunningSequences {
  private final List<Sequence> inOrder = new ArrayList<>();

  int size() {
    return inOrder.size();
  }

  boolean isEmpty() {
    return inOrder.isEmpty();
  }

  Sequence get(int i) {
    return inOrder.get(i);
  }

  Sequence last() {
    return inOrder.getLast();
  }

  /** The last of a tenant that has some. */
  Sequence lastOf(TenantQueue tenant) {
    int i = inOrder.size() - 1;
    while (inOrder.get(i).queue() != tenant) {
      i--;
    }
    return inOrder.get(i);
  }

  void add(Sequence sequence) {
    int at = Collections.binarySearch(inOrder, sequence, Sequence.ORDER);
    inOrder.add(-at - 1, sequence);
    sequence.queue().running++;
    sequence.running = true;
  }

  void remove(Sequence sequence) {
    inOrder.remove(sequence);
    sequence.queue().running--;
    sequence.running = false;
  }

  /**
   * @return [numBlocks] how many hold each block
   */
  int[] holders(int numBlocks) {
    int[] held = new int[numBlocks];
    for (Sequence sequence : inOrder) {
      for (int i = sequence.firstBlock(); i < sequence.numBlocks(); i++) {
        held[sequence.block(i)]++;
      }
    }
    return held;
  }
}
