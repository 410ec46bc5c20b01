package dev.javelin.benchmark;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.LoadOptions;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * What prompts cost running answers, by the prompt tokens a step may compute beside them: {@code
 * StepBudgetBenchmark MODEL TOKENS...}. {@value #ANSWERS} answers run; prompts of {@value #PROMPT}
 * tokens arrive one after the other. Prints the prompts' rate and the time between two tokens of an
 * answer.
 */
public final class StepBudgetBenchmark {
  private static final int ANSWERS = 8;
  private static final int PROMPT = 600;
  private static final int PROMPTS = 6;

  private StepBudgetBenchmark() {}

  public static void main(String[] args) {
    for (int i = 1; i < args.length; i++) {
      int promptTokens = Integer.parseInt(args[i]);
      LoadOptions d = LoadOptions.DEFAULT;
      LoadOptions options =
          new LoadOptions(
              d.contextLength(),
              d.maxSequences(),
              512,
              d.blockSize(),
              d.kvCacheBytes(),
              d.kvDType(),
              d.threads(),
              d.maxQueue(),
              0,
              promptTokens,
              false,
              0);
      try (LoadedModel model =
          new EngineFactory(CpuBackend::create).open(Path.of(args[0]), options, stage -> {})) {
        run(model, promptTokens);
      }
    }
  }

  private static void run(LoadedModel model, int promptTokens) {
    Random random = new Random(1);
    prompt(model, random);
    List<Gaps> answers = new ArrayList<>();
    for (int i = 0; i < ANSWERS; i++) {
      Gaps gaps = new Gaps();
      answers.add(gaps);
      submit(model, tokens(model, random, 16), 900, gaps::event);
    }
    answers.forEach(gaps -> gaps.begun.join());
    long start = System.nanoTime();
    for (int i = 0; i < PROMPTS; i++) {
      prompt(model, random);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long[] gaps =
        answers.stream().flatMapToLong(answer -> Arrays.stream(answer.stop())).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%s: %d prompt tokens a step: %.0f prompt tokens a second beside %d answers; between two"
            + " tokens %.1f ms, 99 %% below %.1f ms%n",
        model.path().getFileName(),
        promptTokens,
        PROMPTS * PROMPT / seconds,
        ANSWERS,
        gaps[gaps.length / 2] / 1e6,
        gaps[gaps.length * 99 / 100] / 1e6);
  }

  private static void prompt(LoadedModel model, Random random) {
    CompletableFuture<GenerationEvent> end = new CompletableFuture<>();
    submit(
        model,
        tokens(model, random, PROMPT),
        1,
        event -> {
          if (!(event instanceof GenerationEvent.TextDelta)) {
            end.complete(event);
          }
        });
    end.join();
  }

  private static void submit(
      LoadedModel model, int[] prompt, int maxTokens, GenerationListener listener) {
    model
        .engine()
        .submit(
            new GenerationRequest(
                "r" + System.nanoTime(),
                prompt,
                SamplingParams.builder()
                    .temperature(0)
                    .maxTokens(maxTokens)
                    .ignoreEos(true)
                    .build(),
                Long.MAX_VALUE),
            listener);
  }

  private static int[] tokens(LoadedModel model, Random random, int count) {
    return random.ints(count, 0, model.config().vocabSize()).toArray();
  }

  /** Times between the tokens of one answer, while somebody wants to know. */
  private static final class Gaps {
    final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final List<Long> nanos = new ArrayList<>();
    private long last;
    private boolean stopped;

    synchronized void event(GenerationEvent event) {
      long now = System.nanoTime();
      if (begun.isDone() && !stopped) {
        nanos.add(now - last);
      }
      last = now;
      begun.complete(null);
    }

    synchronized long[] stop() {
      stopped = true;
      return nanos.stream().mapToLong(Long::longValue).toArray();
    }
  }
}
