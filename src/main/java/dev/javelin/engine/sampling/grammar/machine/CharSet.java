package dev.javelin.engine.sampling.grammar.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of Unicode scalar values, as sorted ranges that neither touch nor overlap. Surrogates are
 * never in it: no UTF-8 spells them.
 */
public final class CharSet {
  public static final int LAST = 0x10FFFF;
  public static final CharSet NONE = new CharSet(new int[0]);
  public static final CharSet ALL = new CharSet(new int[] {0, 0xD7FF, 0xE000, LAST});

  /** [2 * ranges] first and last code point of each. */
  private final int[] bounds;

  private CharSet(int[] bounds) {
    this.bounds = bounds;
  }

  /**
   * @param from,to code points, both inside
   */
  public static CharSet range(int from, int to) {
    return normal(List.of(new int[] {from, to}));
  }

  /** The characters of {@code text}. */
  public static CharSet of(String text) {
    List<int[]> ranges = new ArrayList<>();
    text.codePoints().forEach(c -> ranges.add(new int[] {c, c}));
    return normal(ranges);
  }

  public static CharSet union(List<CharSet> sets) {
    List<int[]> ranges = new ArrayList<>();
    for (CharSet set : sets) {
      for (int i = 0; i < set.bounds.length; i += 2) {
        ranges.add(new int[] {set.bounds[i], set.bounds[i + 1]});
      }
    }
    return normal(ranges);
  }

  private static CharSet normal(List<int[]> given) {
    List<int[]> sorted = new ArrayList<>();
    for (int[] range : given) {
      addOutside(sorted, range[0], Math.min(range[1], 0xD7FF));
      addOutside(sorted, Math.max(range[0], 0xE000), range[1]);
    }
    sorted.sort((a, b) -> Integer.compare(a[0], b[0]));
    int[] out = new int[2 * sorted.size()];
    int n = 0;
    for (int[] range : sorted) {
      if (n > 0 && range[0] <= out[n - 1] + 1) {
        out[n - 1] = Math.max(out[n - 1], range[1]);
      } else {
        out[n++] = range[0];
        out[n++] = range[1];
      }
    }
    return new CharSet(Arrays.copyOf(out, n));
  }

  private static void addOutside(List<int[]> ranges, int from, int to) {
    if (from <= to) {
      ranges.add(new int[] {from, to});
    }
  }

  public CharSet complement() {
    List<int[]> gaps = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < bounds.length; i += 2) {
      addOutside(gaps, from, bounds[i] - 1);
      from = bounds[i + 1] + 1;
    }
    addOutside(gaps, from, LAST);
    return normal(gaps);
  }

  public CharSet intersect(CharSet other) {
    return union(List.of(complement(), other.complement())).complement();
  }

  public CharSet minus(CharSet other) {
    return intersect(other.complement());
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  public boolean contains(int codePoint) {
    return covers(codePoint, codePoint);
  }

  /** Whether all of {@code [from, to]} is in one of the ranges. */
  boolean covers(int from, int to) {
    int i = rangeFrom(from);
    return i < bounds.length && bounds[i] <= from && to <= bounds[i + 1];
  }

  /** Whether some of {@code [from, to]} is in the set. */
  boolean touches(int from, int to) {
    int i = rangeFrom(from);
    return i < bounds.length && bounds[i] <= to;
  }

  /** Index of the first range that ends at or after {@code codePoint}. */
  private int rangeFrom(int codePoint) {
    int low = 0;
    int high = bounds.length / 2;
    while (low < high) {
      int mid = (low + high) >>> 1;
      if (bounds[2 * mid + 1] < codePoint) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    return 2 * low;
  }

  /** Where membership changes: each range's first code point and the one after its last. */
  public int[] edges() {
    int[] edges = bounds.clone();
    for (int i = 1; i < edges.length; i += 2) {
      edges[i]++;
    }
    return edges;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CharSet set && Arrays.equals(bounds, set.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    return Arrays.toString(bounds);
  }
}
