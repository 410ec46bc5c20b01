package dev.javelin.cli;

import dev.javelin.engine.Engine;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Requests of one length submitted at once, and when each had its first and its last token. */
record Burst(List<Lane> lanes) {
  /** Instants of {@link System#nanoTime}. */
  record Lane(long submitted, long first, long last, int promptTokens, int completionTokens) {}

  /**
   * Greedy, ignoring end tokens, on random prompts, so that no cache can know them.
   *
   * @throws EngineException if a request fails, or ends with another number of tokens
   */
  static Burst run(
      Engine engine,
      int vocabSize,
      int batch,
      int promptTokens,
      int maxTokens,
      SplittableRandom random) {
    SamplingParamsBuilder greedy = SamplingParams.builder().temperature(0f);
    return run(engine, vocabSize, batch, promptTokens, maxTokens, greedy, random);
  }

  /**
   * The same with tokens chosen as {@code sampling} says.
   *
   * @throws EngineException if a request fails, or ends with another number of tokens
   */
  static Burst run(
      Engine engine,
      int vocabSize,
      int batch,
      int promptTokens,
      int maxTokens,
      SamplingParamsBuilder chosen,
      SplittableRandom random) {
    SamplingParams sampling = chosen.maxTokens(maxTokens).ignoreEos(true).build();
    List<CompletableFuture<Lane>> running = new ArrayList<>();
    for (int lane = 0; lane < batch; lane++) {
      int[] prompt = random.ints(promptTokens, 0, vocabSize).toArray();
      CompletableFuture<Lane> done = new CompletableFuture<>();
      String id = "bench-" + Long.toHexString(random.nextLong()) + "-" + lane;
      long submitted = System.nanoTime();
      engine.submit(
          new GenerationRequest(id, prompt, sampling, Long.MAX_VALUE),
          event -> complete(done, submitted, event));
      running.add(done);
    }
    List<Lane> lanes = new ArrayList<>();
    for (CompletableFuture<Lane> future : running) {
      Lane lane = join(future);
      if (lane.completionTokens() != maxTokens || lane.promptTokens() != promptTokens) {
        throw new EngineException(
            ErrorCode.INTERNAL,
            "A request of %d + %d tokens ended with %d + %d; the figures would be wrong."
                .formatted(promptTokens, maxTokens, lane.promptTokens(), lane.completionTokens()));
      }
      lanes.add(lane);
    }
    return new Burst(lanes);
  }

  /** Prompt tokens a second, from the first submission to the last request's first token. */
  double prefillRate() {
    long start = lanes.stream().mapToLong(Lane::submitted).min().orElseThrow();
    long tokens = lanes.stream().mapToLong(Lane::promptTokens).sum();
    return tokens * 1e9 / (lastStart() - start);
  }

  /**
   * Generated tokens a second while all requests run together: from the moment the last one has its
   * first token. From then on every request gets a token a step, as the last one does; before,
   * steps that also computed prompts were slower.
   */
  double decodeRate() {
    Lane latest = lanes.stream().max(Comparator.comparingLong(Lane::first)).orElseThrow();
    long start = latest.first();
    long end = lanes.stream().mapToLong(Lane::last).max().orElseThrow();
    double step = (double) (latest.last() - start) / (latest.completionTokens() - 1);
    double tokens = 0;
    for (Lane lane : lanes) {
      tokens += Math.max(0, lane.last() - start) / step;
    }
    return tokens * 1e9 / (end - start);
  }

  /** Generated tokens a second from the first submission to the last token: prefill included. */
  double wholeRate() {
    long start = lanes.stream().mapToLong(Lane::submitted).min().orElseThrow();
    long end = lanes.stream().mapToLong(Lane::last).max().orElseThrow();
    return lanes.stream().mapToLong(Lane::completionTokens).sum() * 1e9 / (end - start);
  }

  private long lastStart() {
    return lanes.stream().mapToLong(Lane::first).max().orElseThrow();
  }

  private static void complete(
      CompletableFuture<Lane> done, long submitted, GenerationEvent event) {
    switch (event) {
      case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ -> {}
      case GenerationEvent.Finished end ->
          done.complete(
              new Lane(
                  submitted,
                  submitted + end.timings().firstTokenNanos(),
                  submitted + end.timings().totalNanos(),
                  end.usage().promptTokens(),
                  end.usage().completionTokens()));
      case GenerationEvent.Failed failed ->
          done.completeExceptionally(new EngineException(failed.code(), failed.message()));
    }
  }

  private static Lane join(CompletableFuture<Lane> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof EngineException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
