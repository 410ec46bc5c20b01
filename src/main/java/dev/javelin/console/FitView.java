package dev.javelin.console;

import dev.javelin.console.MemoryBar.Part;
import dev.javelin.service.FitReport;
import dev.javelin.service.FitReport.DeviceFit;
import dev.javelin.service.FitReport.Remedy;
import dev.javelin.service.LoadSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether something fits, as a bar over what is free, with what to do if not.
 *
 * @param worst the device with the least to spare
 */
record FitView(FitReport report, MemoryBar bar, DeviceFit worst, List<Way> ways) {
  /**
   * One way out; its text is {@code remedy.<kind>}.
   *
   * @param argument of the text
   * @param instance to unload; null for other settings
   * @param settings to load with; null for an unloading
   */
  record Way(
      String kind, String argument, @Nullable String instance, @Nullable LoadSettings settings) {
    static Way of(Remedy remedy) {
      if (remedy.body() instanceof LoadSettings settings) {
        return new Way(remedy.kind(), remedy.subject(), null, settings);
      }
      String path = remedy.path();
      return new Way(
          remedy.kind(), remedy.subject(), path.substring(path.lastIndexOf('/') + 1), null);
    }
  }

  static FitView of(FitReport report) {
    FitReport.Parts parts = report.parts();
    long there = report.perDevice().stream().mapToLong(DeviceFit::freeBytes).sum();
    DeviceFit worst =
        report.perDevice().stream()
            .min(java.util.Comparator.comparingLong(DeviceFit::headroomBytes))
            .orElseThrow();
    return new FitView(
        report,
        MemoryBar.of(
            there,
            List.of(
                new Part("weights", "", parts.weights()),
                new Part("kv", "", parts.kv()),
                new Part("workspace", "", parts.activations() + parts.workspace()))),
        worst,
        report.remedies().stream().map(Way::of).toList());
  }

  /** Bytes on all devices together. */
  public long neededBytes() {
    return report.perDevice().stream().mapToLong(DeviceFit::neededBytes).sum();
  }

  public long workspaceBytes() {
    return report.parts().activations() + report.parts().workspace();
  }

  public long freeBytes() {
    return report.perDevice().stream().mapToLong(DeviceFit::freeBytes).sum();
  }
}
