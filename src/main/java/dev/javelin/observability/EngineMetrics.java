package dev.javelin.observability;

import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineHealth;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.WaitReason;
import dev.javelin.service.ModelEvent;
import dev.javelin.service.ModelRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Every engine's counts as {@code javelin_*} metrics, with the meanings vLLM gives its own. */
@Component
final class EngineMetrics {
  private final ModelRegistry models;
  private final MeterRegistry meters;

  EngineMetrics(ModelRegistry models, MeterRegistry meters) {
    this.models = models;
    this.meters = meters;
  }

  @EventListener
  void bind(ModelEvent event) {
    if (!(event instanceof ModelEvent.Loaded loaded)) {
      return;
    }
    LoadedModel model = models.require(loaded.name());
    String name = loaded.name();
    Engine engine = model.engine();
    gauge(engine, name, "javelin.num.requests.running", EngineStats::running);
    gauge(engine, name, "javelin.num.requests.waiting", EngineStats::waiting);
    gauge(
        engine,
        name,
        "javelin.kv.cache.usage",
        stats ->
            stats.totalBlocks() == 0 ? 0 : 1 - stats.freeBlocks() / (double) stats.totalBlocks());
    waiting(engine, name, WaitReason.BUDGET, EngineStats.Waiting::budget);
    waiting(engine, name, WaitReason.SEQUENCES, EngineStats.Waiting::sequences);
    waiting(engine, name, WaitReason.BLOCKS, EngineStats.Waiting::blocks);
    waiting(engine, name, WaitReason.FAIRNESS, EngineStats.Waiting::fairness);
    waiting(engine, name, WaitReason.CONSTRAINT, EngineStats.Waiting::constraint);
    gauge(
        engine,
        name,
        "javelin.engine.serving",
        stats -> stats.health() == EngineHealth.SERVING ? 1 : 0);
    counter(engine, name, "javelin.prompt.tokens", EngineStats::promptTokensTotal);
    counter(engine, name, "javelin.generation.tokens", EngineStats::generatedTokensTotal);
    counter(engine, name, "javelin.engine.steps", EngineStats::stepsTotal);
    counter(engine, name, "javelin.num.preemptions", EngineStats::preemptionsTotal);
    counter(engine, name, "javelin.prefix.cache.queries", EngineStats::prefixQueriesTotal);
    counter(engine, name, "javelin.prefix.cache.hits", EngineStats::prefixHitsTotal);
    counter(engine, name, "javelin.prefix.cache.evictions", EngineStats::evictionsTotal);
    counter(engine, name, "javelin.engine.failed.steps", EngineStats::failedStepsTotal);
    counter(engine, name, "javelin.engine.restarts", EngineStats::restartsTotal);
    counter(
        engine,
        name,
        "javelin.kv.cache.integrity.violations",
        EngineStats::integrityViolationsTotal);
  }

  private void waiting(
      Engine engine, String model, WaitReason reason, ToIntFunction<EngineStats.Waiting> count) {
    Gauge.builder(
            "javelin.requests.waiting.for", engine, at -> count.applyAsInt(at.stats().waitingFor()))
        .tag("model", model)
        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  private void gauge(
      Engine engine, String model, String meter, ToDoubleFunction<EngineStats> value) {
    Gauge.builder(meter, engine, at -> value.applyAsDouble(at.stats()))
        .tag("model", model)
        .register(meters);
  }

  private void counter(
      Engine engine, String model, String meter, ToDoubleFunction<EngineStats> value) {
    FunctionCounter.builder(meter, engine, at -> value.applyAsDouble(at.stats()))
        .tag("model", model)
        .register(meters);
  }
}
