package dev.javelin.cli;

import dev.javelin.backend.DeviceTimes;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a GPU spent its time on in one test, warm-up included.
 *
 * @param bytesPerStep of weights that each step reads
 */
record TimeTable(DeviceTimes times, long bytesPerStep) {
  /** The families of kernels that read weights; each is named as its source file. */
  private static final Set<String> LINEARS =
      Set.of("stream", "tile", "wgtile", "product", "linear", "pack", "decode");

  /** Called once a step. */
  private static final String ONCE = "embedding";

  void print(Terminal terminal) {
    List<DeviceTimes.Entry> entries = times.take();
    double all = entries.stream().mapToDouble(DeviceTimes.Entry::seconds).sum();
    for (DeviceTimes.Entry entry : entries) {
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "  %-16s %8d x  median %9.1f us  %9.2f ms  %5.1f %%%n",
              entry.name(),
              entry.count(),
              entry.medianSeconds() * 1e6,
              entry.seconds() * 1e3,
              100 * entry.seconds() / all);
    }
    int steps = count(entries, ONCE);
    double linears =
        entries.stream()
            .filter(entry -> LINEARS.contains(entry.name()))
            .mapToDouble(DeviceTimes.Entry::seconds)
            .sum();
    if (steps > 0 && linears > 0) {
      double rate = (double) bytesPerStep * steps / linears;
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "  linears: %.3f ms and %.2f GB a step, %.0f GB/s, %.0f %% of %.0f GB/s measured%n",
              linears / steps * 1e3,
              bytesPerStep / 1e9,
              rate / 1e9,
              100 * rate / times.readBandwidth(),
              times.readBandwidth() / 1e9);
    }
    double busy = seconds(entries, DeviceTimes.STEP);
    double idle = seconds(entries, DeviceTimes.BETWEEN_STEPS);
    if (busy > 0) {
      terminal
          .out()
          .printf(Locale.ROOT, "  idle between steps: %.2f %%%n", 100 * idle / (busy + idle));
    }
  }

  private static int count(List<DeviceTimes.Entry> entries, String name) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .mapToInt(DeviceTimes.Entry::count)
        .sum();
  }

  /** As the median says: a test's requests do not follow each other without a pause. */
  private static double seconds(List<DeviceTimes.Entry> entries, String name) {
    return entries.stream()
        .filter(entry -> entry.name().equals(name))
        .mapToDouble(DeviceTimes.Entry::medianSeconds)
        .sum();
  }
}
