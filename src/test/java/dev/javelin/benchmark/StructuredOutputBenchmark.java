package dev.javelin.benchmark;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.TokenRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a schema of 20 fields costs: {@code StructuredOutputBenchmark MODEL [ROUNDS]}. Rounds of
 * {@value #ANSWERS} answers with and without it take turns, so that a busy machine slows both;
 * prints the medians of the decode rates, and how much later the first token comes with a schema
 * never seen before.
 */
public final class StructuredOutputBenchmark {
  private static final int ANSWERS = 8;
  private static final int TOKENS = 160;
  private static final int FIRSTS = 15;

  private final LoadedModel model;
  private final AtomicInteger requests = new AtomicInteger();

  private StructuredOutputBenchmark(LoadedModel model) {
    this.model = model;
  }

  public static void main(String[] args) throws InterruptedException {
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
    try (LoadedModel model =
        new EngineFactory(CpuBackend::create)
            .open(Path.of(args[0]), LoadOptions.DEFAULT, stage -> {})) {
      StructuredOutputBenchmark benchmark = new StructuredOutputBenchmark(model);
      benchmark.decode(rounds);
      benchmark.firstToken();
    }
  }

  private void decode(int rounds) throws InterruptedException {
    StructuredOutput schema = schema("field");
    double[] free = new double[rounds];
    double[] kept = new double[rounds];
    double[] ratios = new double[rounds];
    for (int round = -3; round < rounds; round++) {
      double without = rate(null, round);
      double with = rate(model.engine().rule(schema), round);
      if (round >= 0) {
        free[round] = without;
        kept[round] = with;
        ratios[round] = with / without;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d answers: %.0f tokens a second free, %.0f with 20 fields; ratio %.3f"
            + " (medians of %d rounds)%n",
        model.path().getFileName(),
        ANSWERS,
        median(free),
        median(kept),
        median(ratios),
        rounds);
  }

  /** Tokens a second of all answers together, from the first token to the last. */
  private double rate(@Nullable TokenRule rule, int seed) throws InterruptedException {
    CountDownLatch open = new CountDownLatch(ANSWERS);
    AtomicInteger tokens = new AtomicInteger();
    long[] span = {Long.MAX_VALUE, 0};
    for (int i = 0; i < ANSWERS; i++) {
      submit(
          rule,
          100L * seed + i,
          TOKENS,
          event -> {
            long now = System.nanoTime();
            if (event instanceof GenerationEvent.TextDelta delta) {
              span[0] = Math.min(span[0], now);
              span[1] = now;
              tokens.addAndGet(delta.tokenIds().length);
            } else {
              open.countDown();
            }
          });
    }
    open.await();
    return tokens.get() * 1e9 / (span[1] - span[0]);
  }

  private void firstToken() {
    double[] free = new double[FIRSTS];
    double[] cold = new double[FIRSTS];
    double[] compiling = new double[FIRSTS];
    for (int i = 0; i < FIRSTS; i++) {
      free[i] = firstTokenMillis(null, i);
      cold[i] = firstTokenMillis(schema("n" + i + "_"), i);
      compiling[i] = cold[i] - free[i];
    }
    System.out.printf(
        Locale.ROOT,
        "%s: first token after %.1f ms free, %.1f ms with a schema never seen: %.1f ms later"
            + " (medians of %d), at most %.1f%n",
        model.path().getFileName(),
        median(free),
        median(cold),
        median(compiling),
        FIRSTS,
        Arrays.stream(compiling).max().orElseThrow());
  }

  private double firstTokenMillis(@Nullable StructuredOutput output, int seed) {
    CompletableFuture<Long> first = new CompletableFuture<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    long start = System.nanoTime();
    submit(
        output == null ? null : model.engine().rule(output),
        seed,
        2,
        event -> {
          if (event instanceof GenerationEvent.TextDelta) {
            first.complete(System.nanoTime());
          } else {
            end.complete(null);
          }
        });
    end.join();
    return (first.join() - start) / 1e6;
  }

  private void submit(
      @Nullable TokenRule rule, long seed, int maxTokens, GenerationListener listener) {
    int[] prompt = model.tokenizer().encode("Answer with JSON about " + seed + ":", true, false);
    SamplingParams sampling =
        SamplingParams.builder()
            .temperature(1)
            .topK(40)
            .seed(seed)
            .rule(rule)
            .ignoreEos(rule == null)
            .maxTokens(maxTokens)
            .build();
    model
        .engine()
        .submit(
            new GenerationRequest(
                "r" + requests.getAndIncrement(), prompt, sampling, Long.MAX_VALUE),
            listener);
  }

  private static StructuredOutput schema(String prefix) {
    List<String> kinds =
        List.of(
            "{\"type\":\"string\",\"maxLength\":40}",
            "{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000}",
            "{\"type\":\"number\"}",
            "{\"type\":\"boolean\"}",
            "{\"type\":\"string\",\"format\":\"date\"}",
            "{\"enum\":[\"red\",\"green\",\"blue\"]}",
            "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":12},\"maxItems\":4}");
    List<String> fields = new ArrayList<>();
    List<String> required = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      fields.add("\"%s%d\":%s".formatted(prefix, i, kinds.get(i % kinds.size())));
      required.add("\"%s%d\"".formatted(prefix, i));
    }
    return new StructuredOutput.JsonSchema(
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{%s},\"required\":[%s]}"
            .formatted(String.join(",", fields), String.join(",", required)));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
