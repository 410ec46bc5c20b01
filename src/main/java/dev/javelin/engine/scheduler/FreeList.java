package dev.javelin.engine.scheduler;

/**
 * Blocks that nobody holds, least recently used first: a doubly linked list over two arrays, so
 * that a block is taken out of the middle without a search.
 */
final class FreeList {
  /** The ring's start: {@code next[end]} is the first block, {@code previous[end]} the last. */
  private final int end;

  private final int[] next;
  private final int[] previous;
  private int size;

  /** Holds all of {@code [0, numBlocks)}, the lowest first. */
  FreeList(int numBlocks) {
    end = numBlocks;
    next = new int[numBlocks + 1];
    previous = new int[numBlocks + 1];
    next[end] = end;
    previous[end] = end;
    for (int block = 0; block < numBlocks; block++) {
      addLast(block);
    }
  }

  int size() {
    return size;
  }

  /** The block to use next; the list must not be empty. */
  int first() {
    return next[end];
  }

  void addFirst(int block) {
    insert(block, end);
  }

  void addLast(int block) {
    insert(block, previous[end]);
  }

  void remove(int block) {
    next[previous[block]] = next[block];
    previous[next[block]] = previous[block];
    size--;
  }

  /**
   * Marks the blocks of this list.
   *
   * @return how many entries it has; more than {@code marks.length} if it runs in a circle
   */
  int mark(boolean[] marks) {
    int count = 0;
    for (int block = next[end]; block != end && count <= marks.length; block = next[block]) {
      marks[block] = true;
      count++;
    }
    return count;
  }

  private void insert(int block, int after) {
    next[block] = next[after];
    previous[block] = after;
    previous[next[after]] = block;
    next[after] = block;
    size++;
  }
}
