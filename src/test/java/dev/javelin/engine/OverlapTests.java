package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.FakeModelRunner;
import dev.javelin.fake.LateRunner;
import dev.javelin.quant.KvDType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step is launched before the last one's tokens are known: nobody hears a difference. */
class OverlapTests {
  private static final int CONTEXT = 64;
  private static final int BLOCK_SIZE = 4;

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
      int synchronous,
      ToIntFunction<int[]> next,
      Consumer<SchedulerOutput> beforeStep) {
    LoadOptions options =
        new LoadOptions(CONTEXT, 8, 16, BLOCK_SIZE, 0, KvDType.F16, 1, 100, 100, 0, true, 0);
    FakeModelRunner fake = new FakeModelRunner(numBlocks, BLOCK_SIZE, next, beforeStep);
    BatchingEngine engine =
        new BatchingEngine(
            new LateRunner(fake, 1, synchronous),
            new AsciiTokenizer(),
            CONTEXT,
            options,
            numBlocks);
    engines.add(engine);
    return engine;
  }

  /** Says the characters of {@code answer} after a prompt of one token, then ends. */
  private static ToIntFunction<int[]> saying(String answer) {
    return history ->
        history.length <= answer.length() ? answer.charAt(history.length - 1) : AsciiTokenizer.EOS;
  }

  private Answer submit(Engine engine, String id, String prompt) {
    Answer answer = new Answer();
    int[] tokens = prompt.chars().toArray();
    engine.submit(new GenerationRequest(id, tokens, sampling.build(), Long.MAX_VALUE), answer);
    return answer;
  }

  private static void assertNothingLeft(BatchingEngine engine) {
    assertThat(engine.drain(FakeEngines.LONG)).isTrue();
    EngineStats stats = engine.stats();
    assertThat(stats.freeBlocks()).isEqualTo(stats.totalBlocks());
    assertThat(stats.running() + stats.waiting()).isZero();
    assertThat(stats.integrityViolationsTotal()).isZero();
  }

  @Test
  void anEndTokenEndsAnAnswerThoughTheNextStepHasBegun() {
    BatchingEngine engine = engine(64, 0, saying("hello"), step -> {});
    Answer answer = submit(engine, "a", "h");
    assertThat(answer.text()).isEqualTo("hello");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.finished().usage().completionTokens()).isEqualTo(6);
    assertNothingLeft(engine);
    assertThat(answer.terminals()).isEqualTo(1);
    assertThat(engine.stats().generatedTokensTotal()).isEqualTo(6);
    assertThat(engine.stats().overlappedStepsTotal()).isPositive();
  }

  @Test
  void noStepIsSpentBehindAnEndThatIsForeseen() {
    sampling.maxTokens = 5;
    BatchingEngine engine = engine(64, 0, FakeModelRunner::hash, step -> {});
    assertThat(submit(engine, "a", "x").text()).hasSize(5);
    assertNothingLeft(engine);
    assertThat(engine.stats().stepsTotal()).isEqualTo(5);
    assertThat(engine.stats().overlappedStepsTotal()).isEqualTo(4);
  }

  @Test
  void theContextEndsAnAnswer() {
    sampling.maxTokens = 1000;
    BatchingEngine engine = engine(64, 0, FakeModelRunner::hash, step -> {});
    Answer full = submit(engine, "a", "x".repeat(60));
    assertThat(full.text()).hasSize(4);
    assertThat(full.finished().reason()).isEqualTo(FinishReason.LENGTH);
    assertNothingLeft(engine);
  }

  @Test
  void aStopStringEndsTheAnswer() {
    sampling.stop = List.of("END");
    sampling.maxTokens = 60;
    BatchingEngine engine = engine(64, 0, saying("some text END and much more"), step -> {});
    Answer answer = submit(engine, "a", "x");
    assertThat(answer.text()).isEqualTo("some text ");
    assertThat(answer.finished().reason()).isEqualTo(FinishReason.STOP);
    assertNothingLeft(engine);
    assertThat(answer.terminals()).isEqualTo(1);
  }

  /** Blocks for all, for few, and for so few that most are preempted; all steps or some overlap. */
  @ParameterizedTest
  @ValueSource(ints = {200, 24, 17})
  void manyAnswersAreWhatTheyAreWithoutOverlap(int numBlocks) {
    ToIntFunction<int[]> endsSometimes =
        history -> {
          int next = FakeModelRunner.hash(history);
          return next == 'q' ? AsciiTokenizer.EOS : next;
        };
    sampling.maxTokens = 30;
    Map<String, String> expected = new HashMap<>();
    BatchingEngine plain = engine(200, 1, endsSometimes, step -> {});
    for (int i = 0; i < 40; i++) {
      expected.put(prompt(i), submit(plain, "r" + i, prompt(i)).text());
    }
    assertThat(plain.stats().overlappedStepsTotal()).isZero();
    for (int synchronous : new int[] {0, 3}) {
      StepGate all = new StepGate();
      BatchingEngine engine = engine(numBlocks, synchronous, endsSometimes, all);
      Map<String, Answer> answers = new HashMap<>();
      for (int i = 0; i < 40; i++) {
        answers.put(prompt(i), submit(engine, "r" + i, prompt(i)));
      }
      all.open();
      answers.forEach(
          (prompt, answer) -> assertThat(answer.text()).as(prompt).isEqualTo(expected.get(prompt)));
      assertNothingLeft(engine);
      EngineStats stats = engine.stats();
      assertThat(stats.overlappedStepsTotal()).isPositive().isLessThan(stats.stepsTotal());
      if (numBlocks == 17) {
        assertThat(stats.preemptionsTotal()).isPositive();
      }
    }
  }

  private static String prompt(int i) {
    return "prompt " + i % 20 + "!".repeat(i / 2);
  }

  @Test
  void whoIsCancelledWithAStepInFlightIsGoneAndItsIdIsUsedAgain() {
    sampling.maxTokens = 40;
    BatchingEngine engine = engine(64, 0, FakeModelRunner::hash, gate);
    Answer first = submit(engine, "a", "x");
    for (int i = 0; i < 3; i++) {
      gate.awaitStep();
      gate.release();
    }
    gate.awaitStep();
    engine.abort("a");
    Answer second = submit(engine, "b", "y");
    gate.open();
    assertThat(first.finished().reason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(second.text()).isEqualTo(alone("y", 40));
    assertNothingLeft(engine);
    assertThat(first.terminals()).isEqualTo(1);
  }

  @Test
  void aStepThatFailsTakesTheOneLaunchedAfterItAlong() {
    AtomicBoolean fail = new AtomicBoolean();
    sampling.maxTokens = 20;
    BatchingEngine engine =
        engine(
            64,
            0,
            FakeModelRunner::hash,
            step -> {
              if (step.scheduled().getFirst().firstPosition() > 12 && fail.getAndSet(false)) {
                throw new IllegalStateException("on purpose");
              }
            });
    Answer before = submit(engine, "a", "0123456789");
    assertThat(before.text()).isEqualTo(alone("0123456789", 20));
    fail.set(true);
    Answer failed = submit(engine, "b", "abcdefghij");
    assertThat(failed.failed().code()).isEqualTo(ErrorCode.STEP_FAILED);
    // Nothing that the failed step was to write is found by the next.
    Answer after = submit(engine, "c", "abcdefghij");
    assertThat(after.text()).isEqualTo(alone("abcdefghij", 20));
    assertNothingLeft(engine);
    assertThat(engine.stats().failedStepsTotal()).isPositive();
  }

  private static String alone(String prompt, int count) {
    StringBuilder text = new StringBuilder(prompt);
    for (int i = 0; i < count; i++) {
      text.append((char) FakeModelRunner.hash(text.chars().toArray()));
    }
    return text.substring(prompt.length());
  }
}
