package dev.javelin.benchmark;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Time to the first token of a prompt of 600 shared and 8 own tokens, the first time and when its
 * beginning is cached: {@code PrefixBenchmark MODEL}. Medians of {@value #ROUNDS} different
 * prompts.
 */
public final class PrefixBenchmark {
  private static final int ROUNDS = 15;
  private static final int SHARED = 600;
  private static final int OWN = 8;

  private PrefixBenchmark() {}

  public static void main(String[] args) {
    try (LoadedModel model =
        new EngineFactory(CpuBackend::create)
            .open(Path.of(args[0]), LoadOptions.DEFAULT, stage -> {})) {
      double[] cold = new double[ROUNDS];
      double[] warm = new double[ROUNDS];
      int cached = 0;
      for (int round = -3; round < ROUNDS; round++) {
        int[] shared = tokens(model, SHARED, round);
        GenerationEvent.Finished first = ask(model, shared, 1000 + round);
        GenerationEvent.Finished second = ask(model, shared, 2000 + round);
        if (round >= 0) {
          cold[round] = first.timings().firstTokenNanos() / 1e6;
          warm[round] = second.timings().firstTokenNanos() / 1e6;
        }
        cached = second.usage().cachedTokens();
      }
      Arrays.sort(cold);
      Arrays.sort(warm);
      System.out.printf(
          Locale.ROOT,
          "%s: first token after %.1f ms, with %d of %d tokens cached after %.1f ms: %.3f%n",
          model.path().getFileName(),
          cold[ROUNDS / 2],
          cached,
          SHARED + OWN,
          warm[ROUNDS / 2],
          warm[ROUNDS / 2] / cold[ROUNDS / 2]);
    }
  }

  private static int[] tokens(LoadedModel model, int count, long seed) {
    return new Random(seed).ints(count, 0, model.config().vocabSize()).toArray();
  }

  private static GenerationEvent.Finished ask(LoadedModel model, int[] shared, long seed) {
    int[] prompt =
        IntStream.concat(Arrays.stream(shared), Arrays.stream(tokens(model, OWN, seed))).toArray();
    CompletableFuture<GenerationEvent.Finished> end = new CompletableFuture<>();
    model
        .engine()
        .submit(
            new GenerationRequest("r" + seed, prompt, SamplingParams.DEFAULT, Long.MAX_VALUE),
            event -> {
              if (event instanceof GenerationEvent.Finished finished) {
                end.complete(finished);
              }
            });
    return end.join();
  }
}
