package dev.javelin.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a device spent its time on, by name, where a backend was asked to tell. Thread-safe. */
public final class DeviceTimes {
  /** The step as a whole. */
  public static final String STEP = "step";

  /** From the end of a step to the beginning of the next. */
  public static final String BETWEEN_STEPS = "between steps";

  private final boolean eachCall;
  private final Map<String, Samples> byName = new TreeMap<>();
  private volatile double readBandwidth;

  /**
   * @param eachCall whether every call is timed, which replays no recorded step, rather than steps
   */
  public DeviceTimes(boolean eachCall) {
    this.eachCall = eachCall;
  }

  /**
   * @param count how often it was measured
   * @param seconds in all
   */
  public record Entry(String name, int count, double seconds, double medianSeconds) {}

  private static final class Samples {
    private float[] millis = new float[64];
    private int size;

    void add(float value) {
      if (size == millis.length) {
        millis = Arrays.copyOf(millis, size * 2);
      }
      millis[size++] = value;
    }

    Entry entry(String name) {
      float[] sorted = Arrays.copyOf(millis, size);
      Arrays.sort(sorted);
      double sum = 0;
      for (float value : sorted) {
        sum += value;
      }
      return new Entry(name, size, sum / 1e3, sorted[size / 2] / 1e3);
    }
  }

  public boolean eachCall() {
    return eachCall;
  }

  /** Bytes a second at which the device was found to read its memory; 0: not measured. */
  public double readBandwidth() {
    return readBandwidth;
  }

  public void readBandwidth(double bytesPerSecond) {
    readBandwidth = bytesPerSecond;
  }

  public synchronized void add(String name, float millis) {
    byName.computeIfAbsent(name, _ -> new Samples()).add(millis);
  }

  /** What was measured since the last call, in the order of names. */
  public synchronized List<Entry> take() {
    List<Entry> entries = new ArrayList<>();
    byName.forEach((name, samples) -> entries.add(samples.entry(name)));
    byName.clear();
    return entries;
  }
}
