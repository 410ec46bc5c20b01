package dev.javelin.service;

import dev.javelin.backend.DeviceNeed;
import dev.javelin.catalog.InstanceRecord;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadReport;
import dev.javelin.engine.LoadedModel;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An instance as the API and pages show it.
 *
 * @param reason why it is in this state, where that is not plain
 * @param requested settings of its load profile when it was loaded
 * @param effective what came of them; null until loaded
 * @param memory what is reserved for it on each device
 * @param requests that it answers now
 * @param engine null unless it is in memory
 * @param circuit state of its circuit breaker: CLOSED is good, OPEN refuses calls
 * @param operation that loads or unloads it, or did
 * @param drainUntil when the requests that it still answers are ended; null unless it drains
 */
public record InstanceView(
    UUID id,
    String node,
    String model,
    int version,
    String loadProfile,
    InstanceRecord.State state,
    @Nullable String reason,
    LoadSettings requested,
    @Nullable LoadSettings effective,
    List<DeviceNeed> memory,
    int requests,
    @Nullable Engine engine,
    String circuit,
    @Nullable UUID operation,
    @Nullable Instant drainUntil,
    Instant createdAt,
    Instant changedAt) {

  /** What runs it, and how busy that is. */
  public record Engine(
      String backend,
      double loadSeconds,
      List<String> kernels,
      List<String> warnings,
      EngineStats stats) {
    static Engine of(LoadedModel model) {
      LoadReport report = model.report();
      return new Engine(
          report.backend(),
          report.loadNanos() / 1e9,
          report.kernels(),
          report.warnings(),
          model.engine().stats());
    }
  }
}
