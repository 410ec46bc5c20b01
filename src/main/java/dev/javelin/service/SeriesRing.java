package dev.javelin.service;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The last moments of every {@link Series} at one step of time, the oldest overwritten. A moment
 * that nobody recorded stays NaN, a gap. Not thread-safe.
 */
final class SeriesRing {
  private final long stepMillis;
  private final int capacity;
  private final float[][] values;
  private long lastSlot = -1;

  /** Moments summed up for the slot that is not full yet. */
  private final double[] sums = new double[Series.count()];

  private final int[] counts = new int[Series.count()];

  SeriesRing(long stepMillis, int capacity) {
    this.stepMillis = stepMillis;
    this.capacity = capacity;
    values = new float[Series.count()][capacity];
    for (float[] row : values) {
      Arrays.fill(row, Float.NaN);
    }
  }

  /**
   * @param moment [Series.count()] NaN where there is nothing to say; averaged with others of its
   *     slot
   */
  void add(long millis, float[] moment) {
    long slot = millis / stepMillis;
    if (slot < lastSlot) {
      return;
    }
    if (slot != lastSlot) {
      clear(slot);
    }
    int at = (int) (slot % capacity);
    for (int i = 0; i < moment.length; i++) {
      if (!Float.isNaN(moment[i])) {
        sums[i] += moment[i];
        counts[i]++;
        values[i][at] = (float) (sums[i] / counts[i]);
      }
    }
  }

  private void clear(long slot) {
    long first = lastSlot < 0 ? slot : Math.max(lastSlot + 1, slot - capacity + 1);
    for (long cleared = first; cleared <= slot; cleared++) {
      for (float[] row : values) {
        row[(int) (cleared % capacity)] = Float.NaN;
      }
    }
    Arrays.fill(sums, 0);
    Arrays.fill(counts, 0);
    lastSlot = slot;
  }

  /** The last {@code moments} slots up to now, oldest first. */
  ServingHistory.Range read(Series series, long nowMillis, int moments) {
    long newest = nowMillis / stepMillis;
    float[] read = new float[moments];
    for (int i = 0; i < moments; i++) {
      read[i] = value(series, newest - moments + 1 + i);
    }
    return new ServingHistory.Range((newest - moments + 1) * stepMillis, stepMillis, read);
  }

  /** The newest value of the last {@code moments} slots up to now; empty if all are gaps. */
  OptionalDouble latest(Series series, long nowMillis, int moments) {
    long newest = nowMillis / stepMillis;
    for (long slot = newest; slot > newest - moments; slot--) {
      float value = value(series, slot);
      if (!Float.isNaN(value)) {
        return OptionalDouble.of(value);
      }
    }
    return OptionalDouble.empty();
  }

  private float value(Series series, long slot) {
    boolean kept = slot >= 0 && slot <= lastSlot && slot > lastSlot - capacity;
    return kept ? values[series.ordinal()][(int) (slot % capacity)] : Float.NaN;
  }

  int capacity() {
    return capacity;
  }
}
