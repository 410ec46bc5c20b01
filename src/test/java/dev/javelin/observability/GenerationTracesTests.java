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
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
    byte[] sent = received.poll(20, TimeUnit.SECONDS);
    collector.stop(0);
    String text = new String(sent, StandardCharsets.ISO_8859_1);
    assertThat(text)
        .contains("javelin", "chat tiny", "admit", "queue", "prefill", "decode", "detokenise")
        .contains("gen_ai.request.model", "gen_ai.usage.input_tokens", "chatcmpl-1", "req-1")
        .doesNotContain("secret words");
    assertThat(hex(sent)).contains(TRACE);
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
    return new Begun(call, "tiny v1", 3, SamplingParams.DEFAULT);
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
