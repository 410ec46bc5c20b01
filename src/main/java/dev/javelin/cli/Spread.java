package dev.javelin.cli;

import java.util.Arrays;

/** Repeated measurements of one quantity in one unit. */
record Spread(double median, double least, double most, double[] samples) {
  /**
   * @throws IllegalArgumentException if there are no samples
   */
  static Spread of(double... samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("A spread needs at least one sample.");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], samples.clone());
  }
}
