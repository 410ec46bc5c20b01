package dev.javelin.observability;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.GenerationObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One trace a call: a span for the call, named and described as the <a
 * href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">conventions for
 * generative AI</a> have it, and below it admit (template, tokens, quotas) and, for each sequence,
 * queue, prefill, decode and detokenise (from the last computed token to the last text). They are
 * made at the end from the times that the engine took, so nothing is recorded while tokens are
 * computed.
 */
final class GenerationTraces implements GenerationObserver {
  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  private static final TextMapGetter<String> TRACEPARENT =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
          return List.of("traceparent");
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals("traceparent") ? carrier : null;
        }
      };

  private final Tracer tracer;

  GenerationTraces(Tracer tracer) {
    this.tracer = tracer;
  }

  @Override
  public Listener began(Begun begun) {
    GenerationCall call = begun.call();
    String parent = call.origin().traceparent();
    Context context =
        parent == null
            ? Context.root()
            : W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, TRACEPARENT);
    long now = epochNanos();
    long arrived = now - (System.nanoTime() - call.origin().arrivedNanos());
    SpanBuilder span =
        tracer
            .spanBuilder("chat " + call.model())
            .setParent(context)
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(arrived, TimeUnit.NANOSECONDS)
            .setAttribute("gen_ai.operation.name", "chat")
            .setAttribute("gen_ai.provider.name", "javelin")
            .setAttribute("gen_ai.request.model", call.model())
            .setAttribute("gen_ai.response.model", begun.version())
            .setAttribute("gen_ai.response.id", call.id())
            .setAttribute("gen_ai.request.choice.count", call.n())
            .setAttribute("gen_ai.request.max_tokens", begun.sampling().maxTokens())
            .setAttribute("gen_ai.request.temperature", begun.sampling().temperature())
            .setAttribute("gen_ai.request.top_p", begun.sampling().truncation().topP())
            .setAttribute("javelin.request_id", call.origin().requestId())
            .setAttribute("javelin.tenant", call.caller().tenant());
    Trace trace = new Trace(span.startSpan(), now, begun.promptTokens());
    trace.child("admit", arrived, now);
    return trace;
  }

  private final class Trace implements Listener {
    private final Span span;
    private final Context context;
    private final long submitted;
    private final int promptTokens;
    private final List<String> reasons = new ArrayList<>();
    private long completionTokens;
    private long cachedTokens;

    Trace(Span span, long submitted, int promptTokens) {
      this.span = span;
      this.submitted = submitted;
      this.promptTokens = promptTokens;
      context = Context.root().with(span);
    }

    void child(String name, long from, long to) {
      tracer
          .spanBuilder(name)
          .setParent(context)
          .setStartTimestamp(from, TimeUnit.NANOSECONDS)
          .startSpan()
          .end(Math.max(from, to), TimeUnit.NANOSECONDS);
    }

    @Override
    public void event(int index, GenerationEvent event) {
      switch (event) {
        case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.Finished finished -> {
          Usage usage = finished.usage();
          completionTokens += usage.completionTokens();
          cachedTokens += usage.cachedTokens();
          reasons.add(finished.reason().name().toLowerCase(Locale.ROOT));
          stages(finished.timings());
        }
        case GenerationEvent.Failed(ErrorCode code, String message) -> {
          reasons.add("error");
          span.setStatus(StatusCode.ERROR);
          span.setAttribute("error.type", code.name().toLowerCase(Locale.ROOT));
        }
      }
    }

    private void stages(Timings timings) {
      long end = submitted + timings.totalNanos();
      child("queue", submitted, submitted + timings.queuedNanos());
      if (timings.firstTokenNanos() > 0) {
        long first = submitted + timings.firstTokenNanos();
        child("prefill", submitted + timings.queuedNanos(), first);
        child("decode", first, end);
        child("detokenise", end, epochNanos());
      }
    }

    @Override
    public void ended() {
      span.setAttribute("gen_ai.usage.input_tokens", promptTokens);
      span.setAttribute("gen_ai.usage.output_tokens", completionTokens);
      span.setAttribute("gen_ai.usage.cache_read.input_tokens", cachedTokens);
      span.setAttribute(FINISH_REASONS, reasons);
      span.end();
    }
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
