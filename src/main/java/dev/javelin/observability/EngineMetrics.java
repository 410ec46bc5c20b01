package dev.javelin.observability;

import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadedModel;
import dev.javelin.service.ModelEvent;
import dev.javelin.service.ModelRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
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
    counter(engine, name, "javelin.prompt.tokens", EngineStats::promptTokensTotal);
    counter(engine, name, "javelin.generation.tokens", EngineStats::generatedTokensTotal);
    counter(engine, name, "javelin.engine.steps", EngineStats::stepsTotal);
    counter(engine, name, "javelin.num.preemptions", EngineStats::preemptionsTotal);
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
