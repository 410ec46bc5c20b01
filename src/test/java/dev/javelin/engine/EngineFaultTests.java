package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.runner.ModelRunnerOutput;
import dev.javelin.fake.FakeModelRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps that throw, threads that die, numbers that are none: who is told, and what goes on. */
class EngineFaultTests {
  private final FakeEngines engines = new FakeEngines();

  @AfterEach
  void closeAll() {
    engines.close();
  }

  @Test
  void aStepThatThrowsFailsItsSequencesOnly() {
    AtomicBoolean broken = new AtomicBoolean(true);
    BatchingEngine engine =
        engines.engine(
            8,
            step -> {
              if (broken.get()) {
                throw new IllegalStateException("broken on purpose");
              }
            });
    assertThat(engines.submit(engine, "a", "x").failed().code()).isEqualTo(ErrorCode.STEP_FAILED);
    broken.set(false);
    assertThat(engines.submit(engine, "b", "x").text()).hasSize(16);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void threeFailedStepsInARowRestartTheEngineAndWhatWaitsIsServed() {
    AtomicInteger toFail = new AtomicInteger();
    FakeModelRunner runner =
        new FakeModelRunner(
            64,
            FakeEngines.BLOCK_SIZE,
            FakeModelRunner::hash,
            step -> {
              engines.gate.accept(step);
              if (toFail.getAndDecrement() > 0) {
                throw new IllegalStateException("broken on purpose");
              }
            });
    BatchingEngine engine = engines.engine(runner, 1);
    Answer before = engines.submit(engine, "0", "a prompt of more than one block");
    toFail.set(0);
    engines.gate.awaitStep();
    List<Answer> failing = new ArrayList<>();
    for (String id : List.of("1", "2", "3")) {
      failing.add(engines.submit(engine, id, "x"));
    }
    Answer waiting = engines.submit(engine, "4", "a prompt of more than one block");
    engine.abort("0");
    toFail.set(4);
    engines.gate.open();
    before.last();
    for (Answer answer : failing) {
      assertThat(answer.failed().code()).isEqualTo(ErrorCode.STEP_FAILED);
    }
    assertThat(waiting.text()).hasSize(16);
    assertThat(waiting.finished().usage().cachedTokens()).as("lost with the cache").isZero();
    FakeEngines.assertNothingLeft(engine);
    assertThat(engine.stats().restartsTotal()).isEqualTo(1);
    assertThat(runner.restarts()).isEqualTo(1);
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.SERVING);
  }

  @Test
  void whenRestartingDoesNotHelpTheEngineFailsAndSaysSo() {
    BatchingEngine engine =
        engines.engine(
            1,
            step -> {
              engines.gate.accept(step);
              throw new IllegalStateException("broken on purpose");
            });
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      answers.add(engines.submit(engine, "r" + i, "x"));
    }
    engines.gate.open();
    answers.forEach(answer -> assertThat(answer.failed()).isNotNull());
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    assertThat(engines.refusal(engine, "late", "x").code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void aRunnerThatCannotRestartFailsTheEngine() {
    FakeModelRunner runner =
        new FakeModelRunner(
            64,
            FakeEngines.BLOCK_SIZE,
            FakeModelRunner::hash,
            step -> {
              engines.gate.accept(step);
              throw new IllegalStateException("broken on purpose");
            },
            () -> {
              throw new IllegalStateException("cannot restart, on purpose");
            });
    BatchingEngine engine = engines.engine(runner, 1);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(engines.submit(engine, "r" + i, "x"));
    }
    engines.gate.open();
    answers.forEach(answer -> assertThat(answer.failed()).isNotNull());
    assertThat(answers.getLast().failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void aThreadThatDiesFailsTheEngineAndLeavesNobodyWaiting() {
    // The one thing the loop survives nowhere: an error while it tells of an error.
    BatchingEngine engine =
        engines.engine(
            1,
            step -> {
              engines.gate.accept(step);
              throw new ErrorThatCannotBeLogged();
            });
    Answer running = engines.submit(engine, "a", "x");
    engines.gate.awaitStep();
    Answer waiting = engines.submit(engine, "b", "x");
    engines.gate.open();
    assertThat(running.failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(waiting.failed().code()).isEqualTo(ErrorCode.ENGINE_FAILED);
    assertThat(engine.drain(FakeEngines.LONG)).isTrue();
    assertThat(engine.stats().health()).isEqualTo(EngineHealth.FAILED);
    assertThat(engines.refusal(engine, "late", "x").code()).isEqualTo(ErrorCode.ENGINE_FAILED);
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
        engines.engine(
            8,
            step -> {
              if (broken.getAndSet(false)) {
                throw new OutOfMemoryError("on purpose");
              }
            });
    Answer answer = engines.submit(engine, "a", "x");
    assertThat(answer.failed().code()).isEqualTo(ErrorCode.INSUFFICIENT_MEMORY);
    assertThat(engines.submit(engine, "b", "x").text()).hasSize(16);
  }

  @Test
  void logitsThatAreNotNumbersFailTheirSequenceOnly() {
    BatchingEngine engine =
        engines.engine(
            history ->
                history[0] == 'n'
                    ? ModelRunnerOutput.INVALID_LOGITS
                    : FakeModelRunner.hash(history));
    Answer bad = engines.submit(engine, "a", "n");
    Answer good = engines.submit(engine, "b", "x");
    assertThat(bad.failed().code()).isEqualTo(ErrorCode.NUMERICAL_ERROR);
    assertThat(good.text()).hasSize(16);
    FakeEngines.assertNothingLeft(engine);
  }

  @Test
  void aListenerThatThrowsHarmsNobodyElse() {
    engines.sampling.maxTokens = 40;
    BatchingEngine engine = engines.engine(FakeModelRunner::hash);
    engine.submit(
        new GenerationRequest("a", new int[] {1}, engines.sampling.build(), Long.MAX_VALUE),
        event -> {
          throw new IllegalStateException("broken on purpose");
        });
    assertThat(engines.submit(engine, "b", "x").text()).hasSize(40);
    FakeEngines.assertNothingLeft(engine);
  }
}
