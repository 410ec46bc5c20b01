package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.Usage;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.FakeModelRunner;
import dev.javelin.quant.KvDType;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchingEngineTests {
  private static final int CONTEXT = 64;
  private static final int BLOCK_SIZE = 4;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SamplingBuilder sampling = new SamplingBuilder();
  private final List<BatchingEngine> engines = new ArrayList<>();
  private final StepGate gate = new StepGate();

  @AfterEach
  void closeAll() {
    gate.open();
    engines.forEach(BatchingEngine::close);
  }

  private BatchingEngine engine(
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

  private BatchingEngine engine(FakeModelRunner runner, int maxSequences) {
    return engine(
        runner, 64, new LoadOptions(CONTEXT, maxSequences, 512, BLOCK_SIZE, 0, KvDType.F16, 1, 16));
  }

  private BatchingEngine engine(FakeModelRunner runner, int numBlocks, LoadOptions options) {
    BatchingEngine engine =
        new BatchingEngine(runner, new AsciiTokenizer(), CONTEXT, options, numBlocks);
    engines.add(engine);
    return engine;
  }

  private BatchingEngine engine(ToIntFunction<int[]> next) {
    return engine(64, 8, 512, 16, next, step -> {});
  }

  private BatchingEngine gated(int numBlocks, int budget) {
    return engine(numBlocks, 8, budget, 16, FakeModelRunner::hash, gate);
  }

  /** Says the characters of {@code answer} after a prompt of {@code promptLength} tokens. */
  private static ToIntFunction<int[]> saying(int promptLength, String answer) {
    return history -> {
      int n = history.length - promptLength;
      return n < answer.length() ? answer.charAt(n) : AsciiTokenizer.EOS;
    };
  }

  private Answer submit(Engine engine, String id, String prompt) {
    return submit(engine, id, prompt, Long.MAX_VALUE);
  }

  private Answer submit(Engine engine, String id, String prompt, long deadline) {
    Answer answer = new Answer();
    int[] tokens = prompt.chars().toArray();
    engine.submit(new GenerationRequest(id, tokens, sampling.build(), deadline), answer);
    return answer;
  }

  private static void assertNothingLeft(BatchingEngine engine) {
    assertThat(engine.drain(LONG)).isTrue();
    EngineStats stats = engine.stats();
    assertThat(stats.freeBlocks()).isEqualTo(stats.totalBlocks());
    assertThat(stats.running() + stats.waiting()).isZero();
  }

  @Test
  void anEndTokenStopsAndIsNotInTheText() {
    BatchingEngine engine = engine(saying(2, "hello"));
    Answer answer = submit(engine, "a", "hi");
    assertThat(answer.text()).isEqualTo("hello");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.finished().usage()).isEqualTo(new Usage(2, 6, 0));
    assertThat(answer.finished().timings().totalNanos())
        .isGreaterThanOrEqualTo(answer.finished().timings().firstTokenNanos());
    assertThat(answer.first()).isInstanceOf(TextDelta.class);
    assertNothingLeft(engine);
    assertThat(answer.terminals()).isEqualTo(1);
    assertThat(engine.stats().promptTokensTotal()).isEqualTo(2);
    assertThat(engine.stats().generatedTokensTotal()).isEqualTo(6);
    assertThat(engine.stats().stepsTotal()).isEqualTo(6);
  }

  @Test
  void ignoredEndTokensAndStopTokensDoAsTheyAreTold() {
    sampling.ignoreEos = true;
    sampling.stopTokenIds = Set.of((int) 'l');
    sampling.maxTokens = 4;
    Answer answer = submit(engine(saying(1, "a\0b")), "a", "x");
    assertThat(answer.text()).isEqualTo("a\0b\0");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
    Answer stopped = submit(engine(saying(1, "hello")), "a", "x");
    assertThat(stopped.text()).isEqualTo("he");
    assertThat(stopped.finished().reason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void theContextEndsAnAnswer() {
    sampling.maxTokens = 1000;
    Answer answer = submit(engine(FakeModelRunner::hash), "a", "x".repeat(60));
    assertThat(answer.text()).hasSize(4);
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aStopStringEndsTheSequenceAndNothingAfterItIsHeard() {
    sampling.stop = List.of("END");
    sampling.maxTokens = 60;
    BatchingEngine engine = engine(saying(1, "some text END and much more of it"));
    Answer answer = submit(engine, "a", "x");
    assertThat(answer.text()).isEqualTo("some text ");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.finished().usage().completionTokens()).isEqualTo(13);
    assertNothingLeft(engine);
    assertThat(answer.terminals()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "200, 8, 512",
    "200, 8, 1",
    "200, 8, 3",
    "200, 8, 7",
    "200, 1, 512",
    "200, 3, 16",
    "16, 8, 512",
    "17, 8, 5",
    "20, 8, 2",
    "24, 4, 64"
  })
  void tokensAreTheSameAloneBatchedChunkedAndAfterPreemption(
      int numBlocks, int maxSequences, int budget) {
    sampling.maxTokens = 30;
    BatchingEngine engine =
        engine(numBlocks, maxSequences, budget, 100, FakeModelRunner::hash, step -> {});
    Map<String, Answer> answers = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      String prompt = "prompt number " + i + "!".repeat(i);
      answers.put(prompt, submit(engine, "r" + i, prompt));
    }
    answers.forEach(
        (prompt, answer) -> {
          int[] tokens = prompt.chars().toArray();
          StringBuilder expected = new StringBuilder();
          while (expected.length() < 30 && tokens.length < CONTEXT) {
            int next = FakeModelRunner.hash(tokens);
            expected.append((char) next);
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = next;
          }
          assertThat(answer.text()).isEqualTo(expected.toString());
        });
    assertNothingLeft(engine);
    if (numBlocks <= 17 && maxSequences == 8) {
      assertThat(engine.stats().preemptionsTotal()).isPositive();
    }
  }

  @Test
  void abortInTheQueueFreesAll() {
    BatchingEngine engine = gated(16, 512);
    Answer running = submit(engine, "a", "x".repeat(58));
    gate.awaitStep();
    Answer queued = submit(engine, "b", "y".repeat(40));
    engine.abort("b");
    gate.release();
    gate.awaitStep();
    assertThat(queued.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(queued.finished().usage().completionTokens()).isZero();
    gate.open();
    assertThat(running.text()).hasSize(6);
    assertNothingLeft(engine);
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "3, 4", "2, 512"})
  void abortWhilePromptChunksOrDecodesRunFreesAllWithinOneStep(int steps, int budget) {
    sampling.maxTokens = 20;
    BatchingEngine engine = gated(16, budget);
    Answer answer = submit(engine, "a", "x".repeat(30));
    for (int i = 1; i < steps; i++) {
      gate.awaitStep();
      gate.release();
    }
    gate.awaitStep();
    engine.abort("a");
    gate.release();
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertNothingLeft(engine);
    assertThat(engine.stats().stepsTotal()).isEqualTo(steps);
  }

  @Test
  void abortOfAPreemptedSequenceFreesAll() {
    sampling.maxTokens = 60;
    BatchingEngine engine = gated(16, 512);
    Answer old = submit(engine, "a", "x".repeat(20));
    gate.awaitStep();
    Answer young = submit(engine, "b", "y".repeat(20));
    while (engine.stats().preemptionsTotal() == 0) {
      gate.release();
      gate.awaitStep();
    }
    engine.abort("b");
    gate.release();
    gate.awaitStep();
    assertThat(young.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(young.text()).isNotEmpty();
    gate.open();
    assertThat(old.finished().reason()).isEqualTo(FinishReason.LENGTH);
    assertNothingLeft(engine);
  }

  @Test
  void aFullQueueRefuses() {
    BatchingEngine engine = engine(64, 1, 512, 2, FakeModelRunner::hash, gate);
    submit(engine, "a", "x");
    gate.awaitStep();
    submit(engine, "b", "x");
    submit(engine, "c", "x");
    assertThat(refusal(engine, "d", "x").code()).isEqualTo(ErrorCode.QUEUE_FULL);
    gate.open();
    assertNothingLeft(engine);
  }

  @Test
  void oneTenantDoesNotFillTheQueueAlone() {
    BatchingEngine engine = engine(64, 1, 512, 4, FakeModelRunner::hash, gate);
    submit(engine, "a", "x");
    gate.awaitStep();
    for (String id : List.of("b", "c", "d")) {
      submit(engine, id, "x");
    }
    assertThat(refusal(engine, "e", "x")).hasMessageContaining("3 of your requests");
    Answer other = new Answer();
    engine.submit(request("f", "x", new Tenant("other", 1)), other);
    gate.open();
    assertThat(other.text()).isNotEmpty();
    assertNothingLeft(engine);
  }

  @Test
  void aPromptSharedWithAnEarlierRequestIsCountedAsCached() {
    BatchingEngine engine = engine(64, 8, 512, 16, FakeModelRunner::hash, step -> {});
    String prompt = "a prompt that is longer than a block";
    Answer first = submit(engine, "a", prompt);
    assertThat(first.finished().usage().cachedTokens()).isZero();
    Answer second = submit(engine, "b", prompt);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.finished().usage().cachedTokens()).isEqualTo(32);
    assertThat(engine.stats().prefixHitsTotal()).isEqualTo(32);
    Answer stranger = new Answer();
    engine.submit(request("c", prompt, new Tenant("other", 1)), stranger);
    assertThat(stranger.finished().usage().cachedTokens()).isZero();
    assertNothingLeft(engine);
    assertThat(engine.stats().cachedBlocks()).isPositive();
  }

  @Test
  void aRequestLeavesATimeline() {
    sampling.maxTokens = 3;
    BatchingEngine engine = engine(64, 8, 4, 16, FakeModelRunner::hash, step -> {});
    submit(engine, "a", "nine char").finished();
    submit(engine, "b", "x", System.nanoTime() - 1).failed();
    List<RequestTimeline> timelines = engine.timelines();
    assertThat(timelines).extracting(RequestTimeline::id).containsExactly("a", "b");
    RequestTimeline ended = timelines.getFirst();
    assertThat(ended.chunks()).isEqualTo(3);
    assertThat(ended.steps()).isEqualTo(5);
    assertThat(ended.promptTokens()).isEqualTo(9);
    assertThat(ended.generatedTokens()).isEqualTo(3);
    assertThat(ended.finish()).isEqualTo(FinishReason.LENGTH);
    assertThat(ended.error()).isNull();
    assertThat(ended.firstTokenNanos()).isBetween(ended.queuedNanos(), ended.totalNanos());
    assertThat(timelines.getLast().error()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(timelines.getLast().steps()).isZero();
  }

  @Test
  void aTimelineEndsAsItsListenerHeardIt() {
    sampling.maxTokens = 50;
    sampling.stop = List.of(String.valueOf((char) FakeModelRunner.hash(new int[] {'x'})));
    BatchingEngine engine = engine(FakeModelRunner::hash);
    Answer answer = new Answer();
    List<@Nullable RequestTimeline> atTheEnd = new ArrayList<>();
    engine.submit(
        request("a", "x", Tenant.DEFAULT),
        event -> {
          if (event instanceof GenerationEvent.Finished) {
            atTheEnd.add(engine.timeline("a"));
          }
          answer.onEvent(event);
        });
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(atTheEnd)
        .singleElement()
        .satisfies(line -> assertThat(line.finish()).isEqualTo(FinishReason.STOP));
    assertThat(engine.timeline("nobody")).isNull();
  }

  @Test
  void aTimelineIsThereWhileItsRequestWaitsAndRuns() {
    BatchingEngine engine = engine(64, 1, 512, 16, FakeModelRunner::hash, gate);
    submit(engine, "runs", "x");
    gate.awaitStep();
    submit(engine, "waits", "y");
    gate.release();
    gate.awaitStep();
    RequestTimeline runs = Objects.requireNonNull(engine.timeline("runs"));
    assertThat(runs.generatedTokens()).isEqualTo(1);
    assertThat(runs.firstTokenNanos()).isBetween(runs.queuedNanos(), runs.totalNanos());
    assertThat(runs.finish()).isNull();
    RequestTimeline waits = Objects.requireNonNull(engine.timeline("waits"));
    assertThat(waits.waited().sequences()).isEqualTo(1);
    assertThat(waits.steps()).isZero();
    assertThat(waits.queuedNanos()).isPositive();
    assertThat(engine.timelines()).isEmpty();
  }

  private GenerationRequest request(String id, String prompt, Tenant tenant) {
    int[] tokens = prompt.chars().toArray();
    return new GenerationRequest(id, tokens, sampling.build(), Long.MAX_VALUE, tenant, 0, "");
  }

  @Test
  void badRequestsAreRefusedByName() {
    BatchingEngine engine = engine(FakeModelRunner::hash);
    assertThat(refusal(engine, "a", "").code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(refusal(engine, "a", "\u0080")).hasMessageContaining("128");
    EngineException tooLong = refusal(engine, "a", "x".repeat(64));
    assertThat(tooLong.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED);
    assertThat(tooLong).hasMessageContaining("64 tokens");
    sampling.logitBias = Map.of(500, 1f);
    assertThat(refusal(engine, "a", "x").parameter()).isEqualTo("logit_bias");
    sampling.logitBias = Map.of();
    sampling.stopTokenIds = Set.of(500);
    assertThat(refusal(engine, "a", "x").parameter()).isEqualTo("stop_token_ids");
    assertNothingLeft(engine);
    sampling.stopTokenIds = Set.of();
    assertThat(refusal(engine, "a", "x").code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  @Test
  void anIdThatStillRunsIsRefusedAndMayComeAgainLater() {
    BatchingEngine engine = gated(16, 512);
    Answer first = submit(engine, "a", "x");
    gate.awaitStep();
    assertThat(refusal(engine, "a", "x").parameter()).isEqualTo("id");
    gate.open();
    first.finished();
    assertThat(submit(engine, "a", "x").text()).isEqualTo(first.text());
  }

  private EngineException refusal(Engine engine, String id, String prompt) {
    return catchThrowableOfType(EngineException.class, () -> submit(engine, id, prompt));
  }

  @Test
  void aPassedDeadlineFails() {
    BatchingEngine engine = engine(FakeModelRunner::hash);
    Answer answer = submit(engine, "a", "x", System.nanoTime() - 1);
    assertThat(answer.failed().code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertNothingLeft(engine);
  }

  @Test
  void aStepThatThrowsFailsItsSequencesOnly() {
    AtomicBoolean broken = new AtomicBoolean(true);
    BatchingEngine engine =
        engine(
            64,
            8,
            512,
            16,
            FakeModelRunner::hash,
            step -> {
              if (broken.get()) {
                throw new IllegalStateException("broken on purpose");
              }
            });
    assertThat(submit(engine, "a", "x").failed().code()).isEqualTo(ErrorCode.STEP_FAILED);
    broken.set(false);
    assertThat(submit(engine, "b", "x").text()).hasSize(16);
    assertNothingLeft(engine);
  }

  @Test
  void threeFailedStepsInARowRestartTheEngineAndWhatWaitsIsServed() {
    AtomicInteger toFail = new AtomicInteger();
    FakeModelRunner runner =
        new FakeModelRunner(
            64,
            BLOCK_SIZE,
            FakeModelRunner::hash,
            step -> {
              gate.accept(step);
              if (toFail.getAndDecrement() > 0) {
                throw new IllegalStateException("broken on purpose");
              }
            });
    BatchingEngine engine = engine(runner, 1);
    Answer before = submit(engine, "0", "a prompt of more than one block");
    toFail.set(0);
    gate.awaitStep();
    List<Answer> failing = new ArrayList<>();
    for (String id : List.of("1", "2", "3")) {
      failing.add(submit(engine, id, "x"));
    }
    Answer waiting = submit(engine, "4", "a prompt of more than one block");
    engine.abort("0");
    toFail.set(4);
    gate.open();
    before.last();
    for (Answer answer : failing) {
      assertThat(answer.failed().code()).isEqualTo(ErrorCode.STEP_FAILED);
    }
    assertThat(waiting.text()).hasSize(16);
    assertThat(waiting.finished().usage().cachedTokens()).as("lost with the cache").isZero();
    assertNothingLeft(engine);
    assertThat(engine.stats().restartsTotal()).isEqualTo(1);
    assertThat(runner.restarts()).isEqualTo(1);
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.SERVING);
  }

  @Test
  void whenRestartingDoesNotHelpTheEngineFailsAndSaysSo() {
    BatchingEngine engine =
        engine(
            64,
            1,
            512,
            64,
            FakeModelRunner::hash,
            step -> {
              gate.accept(step);
              throw new IllegalStateException("broken on purpose");
            });
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      answers.add(submit(engine, "r" + i, "x"));
    }
    gate.open();
    answers.forEach(answer -> assertThat(answer.failed()).isNotNull());
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    assertThat(refusal(engine, "late", "x").code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertNothingLeft(engine);
  }

  @Test
  void aRunnerThatCannotRestartFailsTheEngine() {
    FakeModelRunner runner =
        new FakeModelRunner(
            64,
            BLOCK_SIZE,
            FakeModelRunner::hash,
            step -> {
              gate.accept(step);
              throw new IllegalStateException("broken on purpose");
            },
            () -> {
              throw new IllegalStateException("cannot restart, on purpose");
            });
    BatchingEngine engine = engine(runner, 1);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(submit(engine, "r" + i, "x"));
    }
    gate.open();
    answers.forEach(answer -> assertThat(answer.failed()).isNotNull());
    assertThat(answers.getLast().failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    assertNothingLeft(engine);
  }

  @Test
  void aThreadThatDiesFailsTheEngineAndLeavesNobodyWaiting() {
    // The one thing the loop survives nowhere: an error while it tells of an error.
    BatchingEngine engine =
        engine(
            64,
            1,
            512,
            16,
            FakeModelRunner::hash,
            step -> {
              gate.accept(step);
              throw new ErrorThatCannotBeLogged();
            });
    Answer running = submit(engine, "a", "x");
    gate.awaitStep();
    Answer waiting = submit(engine, "b", "x");
    gate.open();
    assertThat(running.failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(waiting.failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(engine.drain(LONG)).isTrue();
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    assertThat(refusal(engine, "late", "x").code()).isEqualTo(ErrorCode.ENGINE_FAILED);
  }

  private static final class ErrorThatCannotBeLogged extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public StackTraceElement[] getStackTrace() {
      throw this;
    }

    @Override
    public String toString() {
      throw this;
    }
  }

  @Test
  void noMemoryForAStepIsTryAgainLater() {
    AtomicBoolean broken = new AtomicBoolean(true);
    BatchingEngine engine =
        engine(
            64,
            8,
            512,
            16,
            FakeModelRunner::hash,
            step -> {
              if (broken.getAndSet(false)) {
                throw new OutOfMemoryError("on purpose");
              }
            });
    Answer answer = submit(engine, "a", "x");
    assertThat(answer.failed().code()).isEqualTo(ErrorCode.INSUFFICIENT_MEMORY);
    assertThat(submit(engine, "b", "x").text()).hasSize(16);
  }

  @Test
  void logitsThatAreNotNumbersFailTheirSequenceOnly() {
    BatchingEngine engine =
        engine(
            history ->
                history[0] == 'n'
                    ? ModelRunnerOutput.INVALID_LOGITS
                    : FakeModelRunner.hash(history));
    Answer bad = submit(engine, "a", "n");
    Answer good = submit(engine, "b", "x");
    assertThat(bad.failed().code()).isEqualTo(ErrorCode.NUMERICAL_ERROR);
    assertThat(good.text()).hasSize(16);
    assertNothingLeft(engine);
  }

  @Test
  void aListenerThatThrowsHarmsNobodyElse() {
    sampling.maxTokens = 40;
    BatchingEngine engine = engine(FakeModelRunner::hash);
    engine.submit(
        new GenerationRequest("a", new int[] {1}, sampling.build(), Long.MAX_VALUE),
        event -> {
          throw new IllegalStateException("broken on purpose");
        });
    assertThat(submit(engine, "b", "x").text()).hasSize(40);
    assertNothingLeft(engine);
  }

  @Test
  void closeFailsWhatStillRuns() {
    BatchingEngine engine = gated(16, 512);
    Answer running = submit(engine, "a", "x");
    gate.awaitStep();
    Answer waiting = submit(engine, "b", "x".repeat(60));
    Thread closer = Thread.startVirtualThread(engine::close);
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    gate.open();
    assertThat(waiting.failed().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(running.failed().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    engine.close();
    assertThat(engine.thread().isAlive()).isFalse();
  }

  @Test
  void anIdleLoopParks() throws InterruptedException {
    BatchingEngine engine = engine(FakeModelRunner::hash);
    submit(engine, "a", "x").finished();
    Thread loop = engine.thread();
    while (loop.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    long before = cpuNanos(loop);
    submit(engine, "b", "\0").finished();
    while (loop.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    long parked = cpuNanos(loop);
    assertThat(parked).isGreaterThan(before);
    for (int i = 0; i < 1000; i++) {
      assertThat(engine.stats().running()).isZero();
      assertThat(loop.getState()).isEqualTo(Thread.State.WAITING);
    }
    assertThat(cpuNanos(loop)).isEqualTo(parked);
  }

  private static long cpuNanos(Thread thread) {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
  }
}
