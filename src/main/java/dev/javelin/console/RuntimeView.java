package dev.javelin.console;

import dev.javelin.catalog.Alias;
import dev.javelin.catalog.OperationRecord;
import dev.javelin.console.MemoryBar.Part;
import dev.javelin.service.InstanceView;
import dev.javelin.service.MemoryLedger;
import dev.javelin.service.OperationView;
import dev.javelin.service.RunningRequests;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Runtime page's content. */
record RuntimeView(
    List<DeviceRow> devices,
    List<InstanceRow> instances,
    List<AliasRow> aliases,
    List<OperationRow> operations) {

  /** Whether anything goes on that changes by itself, so that the page is drawn anew often. */
  public boolean busy() {
    return operations.stream().anyMatch(OperationRow::live)
        || instances.stream().anyMatch(row -> row.view().requests() > 0);
  }

  /**
   * One device's memory.
   *
   * @param othersBytes of other programs, and of this one outside its models
   */
  record DeviceRow(MemoryLedger.Device device, long othersBytes, MemoryBar bar) {
    /** What all models together have of a kind, as {@link Part} has it. */
    public long bytes(String kind) {
      return bar.segments().stream()
          .map(MemoryBar.Segment::part)
          .filter(part -> part.kind().equals(kind))
          .mapToLong(Part::bytes)
          .sum();
    }

    static DeviceRow of(MemoryLedger.Device device) {
      long owned = device.owners().stream().mapToLong(owner -> owner.need().totalBytes()).sum();
      long others =
          Math.max(0, device.totalBytes() - owned - device.freeBytes() - device.reserveBytes());
      List<Part> parts = new ArrayList<>();
      for (MemoryLedger.Owner owner : device.owners()) {
        parts.add(new Part("weights", owner.label(), owner.need().weightBytes()));
        parts.add(new Part("kv", owner.label(), owner.need().kvCacheBytes()));
        parts.add(
            new Part(
                "workspace",
                owner.label(),
                owner.need().activationBytes() + owner.need().workspaceBytes()));
      }
      parts.add(new Part("others", "", others));
      return new DeviceRow(device, others, MemoryBar.of(device.totalBytes(), parts));
    }
  }

  /**
   * @param state in small letters
   * @param aliases that it serves
   * @param left the requests that it answers
   * @param drainMillis when those that are left are ended, of the epoch; null unless it drains
   * @param drainSeconds until then; null unless it drains
   */
  record InstanceRow(
      InstanceView view,
      String label,
      String state,
      List<String> aliases,
      List<SettingRow> settings,
      List<RunningRequests.View> left,
      @Nullable Long drainMillis,
      @Nullable Long drainSeconds) {
    public boolean differs() {
      return settings.stream().anyMatch(SettingRow::differs);
    }

    public boolean ready() {
      return state.equals("ready");
    }
  }

  /**
   * @param state of its model: {@code ready}, {@code loading}, {@code failed} or {@code unloaded}
   * @param reason why it failed, or the load's stage
   * @param failure the load that failed, while it is remembered
   */
  record AliasRow(
      Alias alias,
      String what,
      String state,
      @Nullable String reason,
      @Nullable OperationRow failure) {}

  /**
   * @param state in small letters
   * @param took so far, or in all
   */
  record OperationRow(
      OperationView view,
      String state,
      boolean live,
      Duration took,
      @Nullable ProblemView problem) {
    private static final int TAIL = 12;

    static OperationRow of(OperationView view, Instant now) {
      OperationRecord.State state = view.state();
      Instant end = view.finishedAt();
      return new OperationRow(
          view,
          state.name().toLowerCase(Locale.ROOT),
          state.live(),
          Duration.between(view.createdAt(), end == null ? now : end),
          ProblemView.of(view.problem()));
    }

    /** Its lines, each with the time of the day in UTC in front. */
    public String logText() {
      return text(view.log());
    }

    /** The last of its lines. */
    public String logTail() {
      return text(view.log().subList(Math.max(0, view.log().size() - TAIL), view.log().size()));
    }

    private static String text(List<String> lines) {
      return lines.stream()
          .map(line -> line.replaceFirst("^\\S*T(\\d\\d:\\d\\d:\\d\\d)\\S*", "$1"))
          .collect(Collectors.joining("\n"));
    }

    /** Whole percents; 0 where it cannot be told. */
    public int percent() {
      Double progress = view.progress();
      return progress == null ? 0 : (int) Math.round(100 * progress);
    }
  }
}
