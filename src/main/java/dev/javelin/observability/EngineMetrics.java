package dev.javelin.observability;

import dev.javelin.engine.EngineHealth;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.WaitReason;
import dev.javelin.service.AuditLog;
import dev.javelin.service.InstanceEvent;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.ServedModel;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What each engine does, read when the figures are asked for. A model's figures stay after it left,
 * at nothing: a graph then shows the gap.
 */
@Component
final class EngineMetrics {
  private final ModelRegistry models;
  private final MeterRegistry registry;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  EngineMetrics(ModelRegistry models, AuditLog audit, MeterRegistry registry) {
    this.models = models;
    this.registry = registry;
    Gauge.builder("javelin.models.loaded", models, EngineMetrics::loaded)
        .description("Models that are ready to answer")
        .register(registry);
    FunctionCounter.builder("javelin.audit.lost", audit, AuditLog::lost)
        .description("Audit entries lost because the database was away")
        .register(registry);
  }

  /** Figures are read by the model's name: they hold for whatever is loaded under it later, too. */
  @EventListener
  void watch(InstanceEvent event) {
    for (ServedModel model : models.list()) {
      if (known.add(model.name())) {
        register(model.name());
      }
    }
  }

  private void register(String model) {
    gauge(model, "javelin.num.requests.running", "Sequences in the batch", EngineStats::running);
    gauge(model, "javelin.num.requests.waiting", "Sequences that wait", EngineStats::waiting);
    waiting(model, WaitReason.BUDGET, EngineStats.Waiting::budget);
    waiting(model, WaitReason.SEQUENCES, EngineStats.Waiting::sequences);
    waiting(model, WaitReason.BLOCKS, EngineStats.Waiting::blocks);
    waiting(model, WaitReason.FAIRNESS, EngineStats.Waiting::fairness);
    waiting(model, WaitReason.CONSTRAINT, EngineStats.Waiting::constraint);
    gauge(
        model,
        "javelin.kv.cache.usage",
        "Part of the KV cache that requests hold, 0 to 1",
        stats ->
            stats.totalBlocks() == 0 ? 0 : 1 - stats.freeBlocks() / (double) stats.totalBlocks());
    gauge(
        model,
        "javelin.engine.serving",
        "1 while the engine can serve",
        stats -> stats.health() == EngineHealth.SERVING ? 1 : 0);
    counter(model, "javelin.prompt.tokens", "Of requests that ran", EngineStats::promptTokensTotal);
    counter(
        model, "javelin.generation.tokens", "Tokens sampled", EngineStats::generatedTokensTotal);
    counter(model, "javelin.engine.steps", "Steps computed", EngineStats::stepsTotal);
    counter(
        model,
        "javelin.engine.overlapped.steps",
        "Steps launched while the one before still ran",
        EngineStats::overlappedStepsTotal);
    counter(
        model,
        "javelin.num.preemptions",
        "Times a running sequence gave up its blocks",
        EngineStats::preemptionsTotal);
    counter(
        model,
        "javelin.prefix.cache.queries",
        "Prompt tokens looked for in the prefix cache",
        EngineStats::prefixQueriesTotal);
    counter(
        model,
        "javelin.prefix.cache.hits",
        "Prompt tokens found in the prefix cache",
        EngineStats::prefixHitsTotal);
    counter(
        model,
        "javelin.prefix.cache.evictions",
        "Cached blocks that gave way to others",
        EngineStats::evictionsTotal);
    counter(
        model, "javelin.engine.failed.steps", "Steps that failed", EngineStats::failedStepsTotal);
    counter(
        model,
        "javelin.engine.restarts",
        "Restarts after failed steps",
        EngineStats::restartsTotal);
    counter(
        model,
        "javelin.kv.cache.integrity.violations",
        "Checks that found the block accounts wrong",
        EngineStats::integrityViolationsTotal);
    memory(model, "weights", loaded -> loaded.report().weightBytes());
    memory(model, "kv_cache", loaded -> loaded.report().kvCacheBytes());
  }

  private void waiting(String model, WaitReason reason, ToIntFunction<EngineStats.Waiting> count) {
    Gauge.builder(
            "javelin.requests.waiting.for",
            models,
            all -> of(all, model, stats -> count.applyAsInt(stats.waitingFor())))
        .description("Sequences that wait, by what keeps them")
        .tag("model", model)
        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private void gauge(
      String model, String name, String meaning, ToDoubleFunction<EngineStats> value) {
    Gauge.builder(name, models, all -> of(all, model, value))
        .description(meaning)
        .tag("model", model)
        .register(registry);
  }

  private void counter(
      String model, String name, String meaning, ToLongFunction<EngineStats> value) {
    FunctionCounter.builder(name, models, all -> of(all, model, value::applyAsLong))
        .description(meaning)
        .tag("model", model)
        .register(registry);
  }

  private void memory(String model, String part, ToLongFunction<LoadedModel> bytes) {
    Gauge.builder(
            "javelin.memory",
            models,
            all -> {
              LoadedModel loaded = ready(all, model);
              return loaded == null ? 0 : bytes.applyAsLong(loaded);
            })
        .description("Memory by whose and what it is")
        .baseUnit("bytes")
        .tag("owner", model)
        .tag("part", part)
        .register(registry);
  }

  private static double of(ModelRegistry all, String model, ToDoubleFunction<EngineStats> value) {
    LoadedModel loaded = ready(all, model);
    return loaded == null ? 0 : value.applyAsDouble(loaded.engine().stats());
  }

  private static @Nullable LoadedModel ready(ModelRegistry all, String model) {
    ServedModel served = all.find(model);
    return served != null && served.state() instanceof ServedModel.State.Ready(LoadedModel loaded)
        ? loaded
        : null;
  }

  private static double loaded(ModelRegistry all) {
    return all.list().stream()
        .filter(model -> model.state() instanceof ServedModel.State.Ready)
        .count();
  }
}
