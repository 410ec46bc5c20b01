package dev.javelin.service;

import dev.javelin.backend.DeviceNeed;
import dev.javelin.catalog.ModelVersion;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.request.EngineException;
import dev.javelin.quant.KvDType;
import dev.javelin.service.FitReport.DeviceFit;
import dev.javelin.service.FitReport.Parts;
import dev.javelin.service.FitReport.Remedy;
import dev.javelin.service.Problem.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Service;

/** Says before anything is allocated what a load would take, whether it fits, and what to do. */
@Service
public final class FitChecks {
  private static final int REMEDIES = 3;
  private static final int SMALL_STEP = 64;

  private final LoadPlanner planner;
  private final MemoryLedger ledger;
  private final Routes routes;
  private final RunningRequests requests;
  private final Instances instances;

  FitChecks(
      LoadPlanner planner,
      MemoryLedger ledger,
      Routes routes,
      RunningRequests requests,
      Instances instances) {
    this.planner = planner;
    this.ledger = ledger;
    this.routes = routes;
    this.requests = requests;
    this.instances = instances;
  }

  /**
   * @param profile the name under which a remedy would store other settings
   * @param assumeUnloaded instances to count as gone
   * @throws EngineException if the files or the settings are no good
   */
  public FitReport check(
      ModelVersion version, String profile, LoadSettings settings, Set<UUID> assumeUnloaded) {
    Map<String, Long> free = ledger.free(assumeUnloaded);
    LoadEstimate estimate = planner.estimate(Path.of(version.path()), settings.options());
    boolean fits = fits(estimate.needs(), free);
    return new FitReport(
        fits,
        perDevice(estimate.needs(), free),
        Parts.of(estimate.needs()),
        LoadSettings.of(estimate.options()),
        maxContext(estimate, version, free),
        fits ? List.of() : remedies(version, profile, settings, estimate, free, assumeUnloaded));
  }

  /** The problem that says why it does not fit. */
  ProblemException refused(ModelVersion version, FitReport report) {
    DeviceFit worst =
        report.perDevice().stream()
            .min(Comparator.comparingLong(DeviceFit::headroomBytes))
            .orElseThrow();
    return new ProblemException(
        new Problem(
                Type.INSUFFICIENT_MEMORY,
                "%s needs %d MiB of %s, of which %d MiB are free"
                    .formatted(
                        version.label(),
                        worst.neededBytes() >> 20,
                        worst.device(),
                        worst.freeBytes() >> 20),
                List.of(),
                Map.of(
                    "requiredBytes", worst.neededBytes(),
                    "freeBytes", worst.freeBytes(),
                    "device", worst.device(),
                    "remedies", report.remedies()))
            .said(
                "does-not-fit",
                version.label(),
                worst.neededBytes() >> 20,
                worst.device(),
                worst.freeBytes() >> 20));
  }

  static boolean fits(List<DeviceNeed> needs, Map<String, Long> free) {
    return needs.stream()
        .allMatch(need -> need.totalBytes() <= free.getOrDefault(need.device(), 0L));
  }

  private static List<DeviceFit> perDevice(List<DeviceNeed> needs, Map<String, Long> free) {
    return needs.stream()
        .map(
            need -> {
              long there = free.getOrDefault(need.device(), 0L);
              long needed = need.totalBytes();
              return new DeviceFit(need.device(), there, needed, there - needed);
            })
        .toList();
  }

  /** One sequence's worth of blocks in what the rest leaves free. */
  private static int maxContext(
      LoadEstimate estimate, ModelVersion version, Map<String, Long> free) {
    long left = 0;
    for (DeviceNeed need : estimate.needs()) {
      long rest = need.totalBytes() - need.kvCacheBytes();
      long there = free.getOrDefault(need.device(), 0L) - rest;
      if (there < 0) {
        return 0;
      }
      if (need.device().equals(estimate.kvDevice())) {
        left = there;
      }
    }
    long tokens = left / estimate.bytesPerBlock() * estimate.options().blockSize();
    return (int) Math.min(tokens, version.contextLength());
  }

  private List<Remedy> remedies(
      ModelVersion version,
      String profile,
      LoadSettings settings,
      LoadEstimate estimate,
      Map<String, Long> free,
      Set<UUID> assumeUnloaded) {
    List<Remedy> found = new ArrayList<>();
    if (estimate.options().kvDType() == KvDType.F32) {
      offer(
          found,
          "kv-type",
          KvDType.F16.name(),
          "keep keys and values as F16: half the cache, the same context",
          version,
          profile,
          settings.withKvDType(KvDType.F16),
          free);
    }
    int context = maxContext(estimate, version, free);
    if (context >= estimate.options().blockSize()) {
      long blocks = Math.ceilDiv(context, estimate.options().blockSize());
      offer(
          found,
          "shorter-context",
          String.valueOf(context),
          "serve a context of at most %d tokens".formatted(context),
          version,
          profile,
          settings.withContext(context, blocks * estimate.bytesPerBlock()),
          free);
    }
    if (estimate.options().tokenBudget() > SMALL_STEP) {
      offer(
          found,
          "smaller-steps",
          String.valueOf(SMALL_STEP),
          "compute at most %d tokens a step: prompts take longer".formatted(SMALL_STEP),
          version,
          profile,
          settings.withTokenBudget(SMALL_STEP),
          free);
    }
    for (Instance other : unloadable()) {
      Set<UUID> gone = new HashSet<>(assumeUnloaded);
      gone.add(other.id());
      if (fits(estimate.needs(), ledger.free(gone))) {
        found.add(
            new Remedy(
                "unload",
                other.label(),
                "unload %s; it answers %d requests now"
                    .formatted(other.label(), requests.count(other.id())),
                "DELETE",
                "/api/v1/instances/" + other.id(),
                null));
      }
    }
    return found.stream().limit(REMEDIES).toList();
  }

  /** Idle ones first, then those idle for longest; never one that loads or is pinned. */
  List<Instance> unloadable() {
    return instances.list().stream()
        .filter(instance -> instance.model() != null && !pinned(instance))
        .sorted(
            Comparator.comparingInt((Instance instance) -> requests.count(instance.id()))
                .thenComparing(Comparator.comparing(Instance::idle).reversed()))
        .toList();
  }

  private boolean pinned(Instance instance) {
    return routes.list().stream()
        .map(Route::alias)
        .anyMatch(alias -> alias.policy().pinned() && instance.serves(alias));
  }

  private void offer(
      List<Remedy> found,
      String kind,
      String subject,
      String description,
      ModelVersion version,
      String profile,
      LoadSettings settings,
      Map<String, Long> free) {
    LoadEstimate estimate;
    try {
      estimate = planner.estimate(Path.of(version.path()), settings.options());
    } catch (EngineException e) {
      // The settings contradict each other once changed; then this is no way out.
      return;
    }
    if (fits(estimate.needs(), free)) {
      found.add(
          new Remedy(
              kind,
              subject,
              description,
              "PUT",
              "/api/v1/models/%s/load-profiles/%s".formatted(version.model(), profile),
              settings));
    }
  }
}
