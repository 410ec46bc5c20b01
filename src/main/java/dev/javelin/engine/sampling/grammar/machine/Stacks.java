package dev.javelin.engine.sampling.grammar.machine;

import java.util.Arrays;

/**
 * A set of stacks of frames, stored as the paths of a graph without cycles: equal tails exist once,
 * so many stacks cost little and two sets are equal exactly when they are the same object. The top
 * frame comes first. Immutable.
 */
final class Stacks {
  /** Low bits of a frame: how many rounds of a repetition are done. */
  private static final int COUNT_BITS = 31;

  private static final long LOOP = 1L << COUNT_BITS;

  /** Unique within one automaton. */
  final int id;

  /** [n] sorted, each once. */
  final long[] frames;

  /** [n] what lies below each frame. */
  final Stacks[] below;

  /** Whether the empty stack is in the set. */
  final boolean empty;

  /** Frames of the highest stack. */
  final int height;

  private final int hash;

  Stacks(int id, long[] frames, Stacks[] below, boolean empty) {
    this.id = id;
    this.frames = frames;
    this.below = below;
    this.empty = empty;
    int h = Arrays.hashCode(frames) * 31 + Boolean.hashCode(empty);
    int highest = 0;
    for (Stacks tail : below) {
      h = h * 31 + System.identityHashCode(tail);
      highest = Math.max(highest, tail.height + 1);
    }
    hash = h;
    height = highest;
  }

  /** A frame that goes on at {@code node}. */
  static long frame(int node) {
    return (long) node << COUNT_BITS + 1;
  }

  /** A frame inside the repetition at {@code node}, of which {@code count} rounds are done. */
  static long frame(int node, int count) {
    return frame(node) | LOOP | count;
  }

  static int node(long frame) {
    return (int) (frame >>> COUNT_BITS + 1);
  }

  static boolean isLoop(long frame) {
    return (frame & LOOP) != 0;
  }

  static int count(long frame) {
    return (int) (frame & LOOP - 1);
  }

  boolean isNone() {
    return frames.length == 0 && !empty;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Stacks stacks)
        || hash != stacks.hash
        || empty != stacks.empty
        || !Arrays.equals(frames, stacks.frames)) {
      return false;
    }
    for (int i = 0; i < below.length; i++) {
      if (below[i] != stacks.below[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
