package dev.javelin.engine.sampling.grammar.machine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes every set of stacks once. Not thread-safe. */
final class StackTable {
  /** How deep an answer may nest; recursion here goes as deep. */
  static final int MAX_HEIGHT = 3000;

  private static final long[] NO_FRAMES = {};
  private static final Stacks[] NO_STACKS = {};

  private final Map<Stacks, Stacks> known = new HashMap<>();
  private final Map<Long, Stacks> unions = new HashMap<>();
  private int nextId;
  private long cells;

  /** No stack. */
  final Stacks none;

  /** The empty stack only. */
  final Stacks bottom;

  /**
   * @param firstId above those of all sets that are still in use
   */
  StackTable(int firstId) {
    nextId = firstId;
    none = intern(NO_FRAMES, NO_STACKS, false);
    bottom = intern(NO_FRAMES, NO_STACKS, true);
  }

  /** Above the ids of all sets made here. */
  int nextId() {
    return nextId;
  }

  /** Sets, their frames and unions made here. */
  long cells() {
    return cells;
  }

  /**
   * @throws GrammarException if the stacks grow too high
   */
  Stacks push(long frame, Stacks below) {
    if (below.height >= MAX_HEIGHT) {
      throw new GrammarException(
          "the answer nests deeper than %d levels of the grammar".formatted(MAX_HEIGHT));
    }
    return intern(new long[] {frame}, new Stacks[] {below}, false);
  }

  Stacks union(Stacks a, Stacks b) {
    if (a == b || b == none) {
      return a;
    }
    if (a == none) {
      return b;
    }
    long key = (long) Math.min(a.id, b.id) << 32 | Math.max(a.id, b.id);
    @Nullable Stacks seen = unions.get(key);
    if (seen != null) {
      return seen;
    }
    long[] frames = new long[a.frames.length + b.frames.length];
    Stacks[] below = new Stacks[frames.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < a.frames.length || j < b.frames.length) {
      if (j == b.frames.length || (i < a.frames.length && a.frames[i] < b.frames[j])) {
        frames[n] = a.frames[i];
        below[n++] = a.below[i++];
      } else if (i == a.frames.length || b.frames[j] < a.frames[i]) {
        frames[n] = b.frames[j];
        below[n++] = b.below[j++];
      } else {
        frames[n] = a.frames[i];
        below[n++] = union(a.below[i++], b.below[j++]);
      }
    }
    Stacks union = intern(Arrays.copyOf(frames, n), Arrays.copyOf(below, n), a.empty || b.empty);
    unions.put(key, union);
    cells++;
    return union;
  }

  Stacks intern(long[] frames, Stacks[] below, boolean empty) {
    Stacks fresh = new Stacks(nextId, frames, below, empty);
    Stacks found = known.putIfAbsent(fresh, fresh);
    if (found != null) {
      return found;
    }
    nextId++;
    cells += 1 + frames.length;
    return fresh;
  }
}
