package dev.javelin.service;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

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
   * @param moment [Series.count()] NaN where there is nothing to say; merged with others of its
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
        values[i][at] =
            switch (Series.at(i).merge()) {
              case MEAN -> {
                sums[i] += moment[i];
                yield (float) (sums[i] / ++counts[i]);
              }
              case HIGHEST -> highest(values[i][at], moment[i]);
            };
      }
    }
  }

  /** NaN counts as nothing. */
  private static float highest(float a, float b) {
    return Float.isNaN(a) || b > a ? b : a;
  }

  /** What an earlier life recorded; the slot is kept as it is unless it is a gap. */
  void restore(long millis, float[] moment) {
    long slot = millis / stepMillis;
    if (slot > lastSlot) {
      clear(slot);
    }
    if (!kept(slot)) {
      return;
    }
    int at = (int) (slot % capacity);
    for (int i = 0; i < moment.length; i++) {
      if (Float.isNaN(values[i][at])) {
        values[i][at] = moment[i];
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

  /**
   * The last {@code points} up to now, oldest first.
   *
   * @param merged slots that each point stands for
   */
  ServingHistory.Range read(Series series, long nowMillis, int points, int merged) {
    long newest = nowMillis / (stepMillis * merged);
    float[] read = new float[points];
    for (int i = 0; i < points; i++) {
      read[i] = merge(series, (newest - points + 1 + i) * merged, merged);
    }
    long step = stepMillis * merged;
    return new ServingHistory.Range((newest - points + 1) * step, step, read);
  }

  private float merge(Series series, long first, int count) {
    double sum = 0;
    int known = 0;
    float most = Float.NaN;
    for (long slot = first; slot < first + count; slot++) {
      float value = value(series, slot);
      if (!Float.isNaN(value)) {
        sum += value;
        known++;
        most = highest(most, value);
      }
    }
    return switch (series.merge()) {
      case MEAN -> known == 0 ? Float.NaN : (float) (sum / known);
      case HIGHEST -> most;
    };
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

  /** All series at one time; null where nothing was recorded. */
  float @Nullable [] moment(long millis) {
    float[] moment = new float[Series.count()];
    boolean known = false;
    for (int i = 0; i < moment.length; i++) {
      moment[i] = value(Series.at(i), millis / stepMillis);
      known |= !Float.isNaN(moment[i]);
    }
    return known ? moment : null;
  }

  long stepMillis() {
    return stepMillis;
  }

  /** When the newest slot began; negative where there is none. */
  long newestMillis() {
    return lastSlot < 0 ? -1 : lastSlot * stepMillis;
  }

  private float value(Series series, long slot) {
    return kept(slot) ? values[series.ordinal()][(int) (slot % capacity)] : Float.NaN;
  }

  private boolean kept(long slot) {
    return slot >= 0 && slot <= lastSlot && slot > lastSlot - capacity;
  }
}
