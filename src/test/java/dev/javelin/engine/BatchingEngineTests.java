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
import dev.javelin.fake.FakeModelRunner;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchingEngineTests {
  private final FakeEngines engines = new FakeEngines();

  @AfterEach
  void closeAll() {
    engines.close();
  }

  @Test
  void anEndTokenStopsAndIsNotInTheText() {
    BatchingEngine engine = engines.engine(FakeEngines.saying(2, "hello"));
    Answer answer = engines.submit(engine, "a", "hi");
    assertThat(answer.text()).isEqualTo("hello");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.finished().usage()).isEqualTo(new Usage(2, 6, 0));
    assertThat(answer.finished().timings().totalNanos())
        .isGreaterThanOrEqualTo(answer.finished().timings().firstTokenNanos());
    assertThat(answer.first()).isInstanceOf(TextDelta.class);
    FakeEngines.assertNothingLeft(engine);
    assertThat(answer.terminals()).isEqualTo(1);
    assertThat(engine.stats().promptTokensTotal()).isEqualTo(2);
    assertThat(engine.stats().generatedTokensTotal()).isEqualTo(6);
    assertThat(engine.stats().stepsTotal()).isEqualTo(6);
  }

  @Test
  void ignoredEndTokensAndStopTokensDoAsTheyAreTold() {
    engines.sampling.ignoreEos = true;
    engines.sampling.stopTokenIds = Set.of((int) 'l');
    engines.sampling.maxTokens = 4;
    Answer answer = engines.submit(engines.engine(FakeEngines.saying(1, "a\0b")), "a", "x");
    assertThat(answer.text()).isEqualTo("a\0b\0");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
    Answer stopped = engines.submit(engines.engine(FakeEngines.saying(1, "hello")), "a", "x");
    assertThat(stopped.text()).isEqualTo("he");
    assertThat(stopped.finished().reason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void theContextEndsAnAnswer() {
    engines.sampling.maxTokens = 1000;
    Answer answer = engines.submit(engines.engine(FakeModelRunner::hash), "a", "x".repeat(60));
    assertThat(answer.text()).hasSize(4);
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aStopStringEndsTheSequenceAndNothingAfterItIsHeard() {
    engines.sampling.stop = List.of("END");
    engines.sampling.maxTokens = 60;
    BatchingEngine engine =
        engines.engine(FakeEngines.saying(1, "some text END and much more of it"));
    Answer answer = engines.submit(engine, "a", "x");
    assertThat(answer.text()).isEqualTo("some text ");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.finished().usage().completionTokens()).isEqualTo(13);
    FakeEngines.assertNothingLeft(engine);
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
    engines.sampling.maxTokens = 30;
    BatchingEngine engine =
        engines.engine(numBlocks, maxSequences, budget, 100, FakeModelRunner::hash, engines.gate);
    Map<String, Answer> answers = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      String prompt = "prompt number " + i + "!".repeat(i);
      answers.put(prompt, engines.submit(engine, "r" + i, prompt));
    }
    engines.gate.open();
    answers.forEach(
        (prompt, answer) -> {
          int[] tokens = prompt.chars().toArray();
          StringBuilder expected = new StringBuilder();
          while (expected.length() < 30 && tokens.length < FakeEngines.CONTEXT) {
            int next = FakeModelRunner.hash(tokens);
            expected.append((char) next);
            tokens = Arrays.copyOf(tokens, tokens.length + 1);
            tokens[tokens.length - 1] = next;
          }
          assertThat(answer.text()).isEqualTo(expected.toString());
        });
    FakeEngines.assertNothingLeft(engine);
    if (numBlocks <= 17 && maxSequences == 8) {
      assertThat(engine.stats().preemptionsTotal()).isPositive();
    }
  }

  @Test
  void abortInTheQueueFreesAll() {
    BatchingEngine engine = engines.gated(16, 512);
    Answer running = engines.submit(engine, "a", "x".repeat(58));
    engines.gate.awaitStep();
    Answer queued = engines.submit(engine, "b", "y".repeat(40));
    engine.abort("b");
    engines.gate.release();
    engines.gate.awaitStep();
    assertThat(queued.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(queued.finished().usage().completionTokens()).isZero();
    engines.gate.open();
    assertThat(running.text()).hasSize(6);
    FakeEngines.assertNothingLeft(engine);
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "3, 4", "2, 512"})
  void abortWhilePromptChunksOrDecodesRunFreesAllWithinOneStep(int steps, int budget) {
    engines.sampling.maxTokens = 20;
    BatchingEngine engine = engines.gated(16, budget);
    Answer answer = engines.submit(engine, "a", "x".repeat(30));
    for (int i = 1; i < steps; i++) {
      engines.gate.awaitStep();
      engines.gate.release();
    }
    engines.gate.awaitStep();
    engine.abort("a");
    engines.gate.release();
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    FakeEngines.assertNothingLeft(engine);
    assertThat(engine.stats().stepsTotal()).isEqualTo(steps);
  }

  @Test
  void abortOfAPreemptedSequenceFreesAll() {
    engines.sampling.maxTokens = 60;
    BatchingEngine engine = engines.gated(16, 512);
    Answer old = engines.submit(engine, "a", "x".repeat(20));
    engines.gate.awaitStep();
    Answer young = engines.submit(engine, "b", "y".repeat(20));
    while (engine.stats().preemptionsTotal() == 0) {
      engines.gate.release();
      engines.gate.awaitStep();
    }
    engine.abort("b");
    engines.gate.release();
    engines.gate.awaitStep();
    assertThat(young.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(young.text()).isNotEmpty();
    engines.gate.open();
    assertThat(old.finished().reason()).isEqualTo(FinishReason.LENGTH);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void aFullQueueRefuses() {
    BatchingEngine engine = engines.engine(64, 1, 512, 2, FakeModelRunner::hash, engines.gate);
    engines.submit(engine, "a", "x");
    engines.gate.awaitStep();
    engines.submit(engine, "b", "x");
    engine.checkRoom(Tenant.DEFAULT);
    engines.submit(engine, "c", "x");
    assertThat(engines.refusal(engine, "d", "x").code()).isEqualTo(ErrorCode.QUEUE_FULL);
    assertThat(refusedRoom(engine, Tenant.DEFAULT).code()).isEqualTo(ErrorCode.QUEUE_FULL);
    engines.gate.open();
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void oneTenantDoesNotFillTheQueueAlone() {
    BatchingEngine engine = engines.engine(64, 1, 512, 4, FakeModelRunner::hash, engines.gate);
    engines.submit(engine, "a", "x");
    engines.gate.awaitStep();
    for (String id : List.of("b", "c", "d")) {
      engines.submit(engine, id, "x");
    }
    assertThat(engines.refusal(engine, "e", "x")).hasMessageContaining("3 of your requests");
    assertThat(refusedRoom(engine, Tenant.DEFAULT)).hasMessageContaining("3 of your requests");
    engine.checkRoom(new Tenant("other", 1));
    Answer other = new Answer();
    engine.submit(request("f", "x", new Tenant("other", 1)), other);
    engines.gate.open();
    assertThat(other.text()).isNotEmpty();
    FakeEngines.assertNothingLeft(engine);
  }

  private static EngineException refusedRoom(BatchingEngine engine, Tenant tenant) {
    return catchThrowableOfType(EngineException.class, () -> engine.checkRoom(tenant));
  }

  @Test
  void aPromptSharedWithAnEarlierRequestIsCountedAsCached() {
    BatchingEngine engine = engines.engine(64, 8, 512, 16, FakeModelRunner::hash, step -> {});
    String prompt = "a prompt that is longer than a block";
    Answer first = engines.submit(engine, "a", prompt);
    assertThat(first.finished().usage().cachedTokens()).isZero();
    Answer second = engines.submit(engine, "b", prompt);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.finished().usage().cachedTokens()).isEqualTo(32);
    assertThat(engine.stats().prefixHitsTotal()).isEqualTo(32);
    Answer stranger = new Answer();
    engine.submit(request("c", prompt, new Tenant("other", 1)), stranger);
    assertThat(stranger.finished().usage().cachedTokens()).isZero();
    FakeEngines.assertNothingLeft(engine);
    assertThat(engine.stats().cachedBlocks()).isPositive();
  }

  @Test
  void aRequestLeavesATimeline() {
    engines.sampling.maxTokens = 3;
    BatchingEngine engine = engines.engine(64, 8, 4, 16, FakeModelRunner::hash, step -> {});
    engines.submit(engine, "a", "nine char").finished();
    engines.submit(engine, "b", "x", System.nanoTime() - 1).failed();
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
    engines.sampling.maxTokens = 50;
    engines.sampling.stop = List.of(String.valueOf((char) FakeModelRunner.hash(new int[] {'x'})));
    BatchingEngine engine = engines.engine(FakeModelRunner::hash);
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
    BatchingEngine engine = engines.engine(64, 1, 512, 16, FakeModelRunner::hash, engines.gate);
    engines.submit(engine, "runs", "x");
    engines.gate.awaitStep();
    engines.submit(engine, "waits", "y");
    engines.gate.release();
    engines.gate.awaitStep();
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
    return new GenerationRequest(
        id, tokens, engines.sampling.build(), Long.MAX_VALUE, tenant, 0, "");
  }

  @Test
  void badRequestsAreRefusedByName() {
    BatchingEngine engine = engines.engine(FakeModelRunner::hash);
    assertThat(engines.refusal(engine, "a", "").code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(engines.refusal(engine, "a", "\u0080")).hasMessageContaining("128");
    EngineException tooLong = engines.refusal(engine, "a", "x".repeat(64));
    assertThat(tooLong.code()).isEqualTo(ErrorCode.CONTEXT_LENGTH_EXCEEDED);
    assertThat(tooLong).hasMessageContaining("64 tokens");
    engines.sampling.logitBias = Map.of(500, 1f);
    assertThat(engines.refusal(engine, "a", "x").parameter()).isEqualTo("logit_bias");
    engines.sampling.logitBias = Map.of();
    engines.sampling.stopTokenIds = Set.of(500);
    assertThat(engines.refusal(engine, "a", "x").parameter()).isEqualTo("stop_token_ids");
    FakeEngines.assertNothingLeft(engine);
    engines.sampling.stopTokenIds = Set.of();
    assertThat(engines.refusal(engine, "a", "x").code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
  }

  @Test
  void anIdThatStillRunsIsRefusedAndMayComeAgainLater() {
    BatchingEngine engine = engines.gated(16, 512);
    Answer first = engines.submit(engine, "a", "x");
    engines.gate.awaitStep();
    assertThat(engines.refusal(engine, "a", "x").parameter()).isEqualTo("id");
    engines.gate.open();
    first.finished();
    assertThat(engines.submit(engine, "a", "x").text()).isEqualTo(first.text());
  }

  @Test
  void aPassedDeadlineFails() {
    BatchingEngine engine = engines.engine(FakeModelRunner::hash);
    Answer answer = engines.submit(engine, "a", "x", System.nanoTime() - 1);
    assertThat(answer.failed().code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void closeFailsWhatStillRuns() {
    BatchingEngine engine = engines.gated(16, 512);
    Answer running = engines.submit(engine, "a", "x");
    engines.gate.awaitStep();
    Answer waiting = engines.submit(engine, "b", "x".repeat(60));
    Thread closer = Thread.startVirtualThread(engine::close);
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    engines.gate.open();
    assertThat(waiting.failed().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    assertThat(running.failed().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    engine.close();
    assertThat(engine.thread().isAlive()).isFalse();
  }

  /** However long it takes: a loop that goes on asking never rests. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void anIdleLoopParks() {
    BatchingEngine engine = engines.engine(FakeModelRunner::hash);
    engines.submit(engine, "a", "x").finished();
    awaitRest(engine.thread());
    long before = cpuNanos(engine.thread());
    engines.submit(engine, "b", "\0").finished();
    awaitRest(engine.thread());
    assertThat(cpuNanos(engine.thread())).as("it worked in between").isGreaterThan(before);
  }

  /** Until it waits for nothing but a call, looked at a thousand times. */
  private static void awaitRest(Thread loop) {
    for (int rested = 0; rested < 1000; ) {
      long before = cpuNanos(loop);
      boolean waits = loop.getState() == Thread.State.WAITING && cpuNanos(loop) == before;
      rested = waits ? rested + 1 : 0;
    }
  }

  private static long cpuNanos(Thread thread) {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId());
  }
}
