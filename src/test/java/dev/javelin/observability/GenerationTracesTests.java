package dev.javelin.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.security.Caller;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.GenerationObserver.Begun;
import dev.javelin.service.GenerationObserver.Listener;
import dev.javelin.service.Prompt;
import dev.javelin.service.SamplingOverrides;
import dev.javelin.service.Scores;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GenerationTracesTests {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  /** A collector that only listens; span names and attributes are text in its protocol. */
  @Test
  void aCallIsOneTraceInTheCallersTraceOverOtlp() throws Exception {
    BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          received.add(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
    try (SdkTracerProvider provider =
        new TracingConfiguration().tracerProvider(new TracingProperties(endpoint, 1))) {
      GenerationTraces traces = new GenerationTraces(provider.get("test"));
      Listener listener = traces.began(begun("00-" + TRACE + "-b7ad6b7169203331-01"));
      listener.event(
          0,
          new GenerationEvent.Finished(
              FinishReason.STOP, new Usage(3, 2, 1), new Timings(1_000_000, 2_000_000, 5_000_000)));
      listener.ended();
    }
    byte[] sent = received.poll(2, TimeUnit.MINUTES);
    collector.stop(0);
    String text = new String(sent, StandardCharsets.ISO_8859_1);
    assertThat(text)
        .contains("javelin", "chat tiny", "admit", "queue", "prefill", "decode", "detokenise")
        .contains("gen_ai.request.model", "gen_ai.usage.input_tokens", "chatcmpl-1", "req-1")
        .doesNotContain("secret words");
    assertThat(hex(sent)).contains(TRACE);
  }

  @Test
  void theStagesOfACallAreSpansBelowItsOneAndFollowEachOther() {
    Map<String, SpanData> spans = new HashMap<>();
    SpanExporter exporter =
        new SpanExporter() {
          @Override
          public CompletableResultCode export(Collection<SpanData> ended) {
            ended.forEach(span -> spans.put(span.getName(), span));
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
          }

          @Override
          public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
          }
        };
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      Listener listener = new GenerationTraces(provider.get("test")).began(begun(null));
      listener.event(
          0,
          new GenerationEvent.Finished(
              FinishReason.STOP, new Usage(3, 2, 1), new Timings(1_000_000, 2_000_000, 5_000_000)));
      listener.ended();
    }
    SpanData call = spans.get("chat tiny");
    assertThat(call.getParentSpanContext().isValid()).as("a trace of its own").isFalse();
    long at = call.getStartEpochNanos();
    for (String stage : List.of("admit", "queue", "prefill", "decode", "detokenise")) {
      SpanData span = spans.get(stage);
      assertThat(span.getTraceId()).isEqualTo(call.getTraceId());
      assertThat(span.getParentSpanId()).isEqualTo(call.getSpanId());
      assertThat(span.getStartEpochNanos()).as(stage).isEqualTo(at);
      at = span.getEndEpochNanos();
    }
    assertThat(spans.get("queue").getEndEpochNanos() - spans.get("queue").getStartEpochNanos())
        .isEqualTo(1_000_000);
    assertThat(spans.get("decode").getEndEpochNanos() - spans.get("decode").getStartEpochNanos())
        .isEqualTo(3_000_000);
    assertThat(spans).hasSize(6);
  }

  private static Begun begun(@Nullable String traceparent) {
    GenerationCall call =
        new GenerationCall(
            "chatcmpl-1",
            new GenerationCall.Origin(new Caller.Local(), "req-1", traceparent, System.nanoTime()),
            "tiny",
            List.of(new Prompt.Text("secret words", true)),
            1,
            SamplingOverrides.NONE,
            Scores.NONE,
            null,
            new GenerationCall.Terms(Tenant.DEFAULT, 0, "", Duration.ofMinutes(1)));
    return new Begun(call, "tiny v1", "default", "calm", 3, SamplingParams.DEFAULT);
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
