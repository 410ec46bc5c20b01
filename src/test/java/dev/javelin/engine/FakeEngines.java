package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.FakeModelRunner;
import dev.javelin.quant.KvDType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Engines over {@link FakeModelRunner}, closed together, and what is asked of them. */
final class FakeEngines implements AutoCloseable {
  static final int CONTEXT = 64;
  static final int BLOCK_SIZE = 4;
  static final Duration LONG = Duration.ofMinutes(5);

  final SamplingBuilder sampling = new SamplingBuilder();
  private final List<BatchingEngine> engines = new ArrayList<>();
  final StepGate gate = new StepGate();

  /** Opens the gate, then closes every engine. */
  @Override
  public void close() {
    gate.open();
    engines.forEach(BatchingEngine::close);
  }

  BatchingEngine engine(
      int numBlocks,
      int maxSequences,
      int budget,
      int maxQueue,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep) {
    LoadOptions options =
        new LoadOptions(CONTEXT, maxSequences, budget, BLOCK_SIZE, 0, KvDType.F16, 1, maxQueue);
    FakeModelRunner runner = new FakeModelRunner(numBlocks, BLOCK_SIZE, next, beforeStep);
    return engine(runner, numBlocks, options);
  }

  BatchingEngine engine(FakeModelRunner runner, int maxSequences) {
    return engine(
        runner, 64, new LoadOptions(CONTEXT, maxSequences, 512, BLOCK_SIZE, 0, KvDType.F16, 1, 16));
  }

  BatchingEngine engine(FakeModelRunner runner, int numBlocks, LoadOptions options) {
    BatchingEngine engine =
        new BatchingEngine(runner, new AsciiTokenizer(), CONTEXT, options, numBlocks);
    engines.add(engine);
    return engine;
  }

  /** One with room for all that is asked here. */
  BatchingEngine engine(int maxSequences, Consumer<SchedulerOutput> beforeStep) {
    return engine(64, maxSequences, 512, 64, FakeModelRunner::hash, beforeStep);
  }

  BatchingEngine engine(ToIntFunction<int[]> next) {
    return engine(64, 8, 512, 16, next, step -> {});
  }

  BatchingEngine gated(int numBlocks, int budget) {
    return engine(numBlocks, 8, budget, 16, FakeModelRunner::hash, gate);
  }

  /** Says the characters of {@code answer} after a prompt of {@code promptLength} tokens. */
  static ToIntFunction<int[]> saying(int promptLength, String answer) {
    return history -> {
      int n = history.length - promptLength;
      return n < answer.length() ? answer.charAt(n) : AsciiTokenizer.EOS;
    };
  }

  Answer submit(Engine engine, String id, String prompt) {
    return submit(engine, id, prompt, Long.MAX_VALUE);
  }

  Answer submit(Engine engine, String id, String prompt, long deadline) {
    Answer answer = new Answer();
    int[] tokens = prompt.chars().toArray();
    engine.submit(new GenerationRequest(id, tokens, sampling.build(), deadline), answer);
    return answer;
  }

  static void assertNothingLeft(BatchingEngine engine) {
    assertThat(engine.drain(LONG)).isTrue();
    EngineStats stats = engine.stats();
    assertThat(stats.freeBlocks()).isEqualTo(stats.totalBlocks());
    assertThat(stats.running() + stats.waiting()).isZero();
  }

  EngineException refusal(Engine engine, String id, String prompt) {
    return catchThrowableOfType(EngineException.class, () -> submit(engine, id, prompt));
  }
}
