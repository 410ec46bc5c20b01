package dev.javelin.observability;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Timings;
import dev.javelin.service.GenerationObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * What callers feel: the time to the first token, between tokens and to the end, by model. The
 * names mean what vLLM's mean.
 */
@Component
final class GenerationMetrics implements GenerationObserver {
  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, Meters> models = new ConcurrentHashMap<>();

  GenerationMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** One model's. */
  private static final class Meters {
    final MeterRegistry registry;
    final String model;
    final Timer firstToken;
    final Timer genAiFirstToken;
    final Timer interToken;
    final Timer perToken;
    final Timer genAiPerToken;
    final Timer whole;
    final Timer queue;
    final Timer prefill;
    final Timer decode;
    final Counter cachedTokens;

    Meters(MeterRegistry registry, String model) {
      this.registry = registry;
      this.model = model;
      firstToken = timer("javelin.time.to.first.token", "From submission to the first token");
      genAiFirstToken =
          timer("gen_ai.server.time_to_first_token", "From submission to the first token");
      interToken = timer("javelin.inter.token.latency", "Between one token and the next");
      perToken = timer("javelin.time.per.output.token", "For each token after the first");
      genAiPerToken =
          timer("gen_ai.server.time_per_output_token", "For each token after the first");
      whole = timer("javelin.e2e.request.latency", "From submission to the end");
      queue = timer("javelin.request.queue.time", "From submission to the first step");
      prefill = timer("javelin.request.prefill.time", "From the first step to the first token");
      decode = timer("javelin.request.decode.time", "From the first token to the end");
      cachedTokens =
          Counter.builder("javelin.prompt.tokens.cached")
              .description("Prompt tokens not computed again")
              .tag("model", model)
              .register(registry);
    }

    private Timer timer(String name, String meaning) {
      return Buckets.timer(registry, name, meaning, model);
    }

    void ended(String reason) {
      Counter.builder("javelin.requests")
          .description("Sequences that ended, by how")
          .tag("model", model)
          .tag("finished_reason", reason)
          .register(registry)
          .increment();
    }
  }

  @Override
  public Listener began(Begun call) {
    String model = call.call().model();
    return new Sequences(
        models.computeIfAbsent(model, name -> new Meters(registry, name)), call.call().sequences());
  }

  /** One call's. Its events come from one thread at a time. */
  private static final class Sequences implements Listener {
    private final Meters meters;
    private final long[] lastNanos;
    private final int[] tokens;

    Sequences(Meters meters, int sequences) {
      this.meters = meters;
      lastNanos = new long[sequences];
      tokens = new int[sequences];
    }

    @Override
    public void event(int index, GenerationEvent event) {
      switch (event) {
        case GenerationEvent.TextDelta delta -> text(index, delta.tokenIds().length);
        case GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.Finished finished -> {
          meters.cachedTokens.increment(finished.usage().cachedTokens());
          times(finished.timings(), finished.usage().completionTokens());
          meters.ended(finished.reason().name().toLowerCase(Locale.ROOT));
        }
        case GenerationEvent.Failed(ErrorCode code, String message) ->
            meters.ended(code.name().toLowerCase(Locale.ROOT));
      }
    }

    /** Tokens whose text was held back arrive together: then each had an equal part of the time. */
    private void text(int index, int count) {
      if (count == 0) {
        return;
      }
      long now = System.nanoTime();
      if (tokens[index] > 0) {
        long each = (now - lastNanos[index]) / count;
        for (int i = 0; i < count; i++) {
          meters.interToken.record(each, TimeUnit.NANOSECONDS);
        }
      }
      tokens[index] += count;
      lastNanos[index] = now;
    }

    private void times(Timings timings, int completionTokens) {
      meters.queue.record(timings.queuedNanos(), TimeUnit.NANOSECONDS);
      meters.whole.record(timings.totalNanos(), TimeUnit.NANOSECONDS);
      if (timings.firstTokenNanos() == 0) {
        return;
      }
      long decode = timings.totalNanos() - timings.firstTokenNanos();
      meters.firstToken.record(timings.firstTokenNanos(), TimeUnit.NANOSECONDS);
      meters.genAiFirstToken.record(timings.firstTokenNanos(), TimeUnit.NANOSECONDS);
      meters.prefill.record(
          timings.firstTokenNanos() - timings.queuedNanos(), TimeUnit.NANOSECONDS);
      meters.decode.record(decode, TimeUnit.NANOSECONDS);
      if (completionTokens > 1) {
        meters.perToken.record(decode / (completionTokens - 1), TimeUnit.NANOSECONDS);
        meters.genAiPerToken.record(decode / (completionTokens - 1), TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public void ended() {}
  }
}
