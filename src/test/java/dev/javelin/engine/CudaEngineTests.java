package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.cuda.Gpu;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.runner.HostKvTier;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.ChaosRunner;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole engine over the GPU: overlapped steps, chunks, batches, preemption, faults. */
@Tag("gpu")
class CudaEngineTests {
  private static final int CONTEXT = 256;
  private static final int BLOCK = 64;
  private static final int PROMPTS = 24;
  private static final int ANSWER = 40;

  // Kept, or the logger and its level may be collected.
  private final Logger engineLog = Logger.getLogger("dev.javelin.engine");

  /** A runner, for engines one after the other; its model is loaded anew for each. */
  private static BatchingEngine engine(
      int numBlocks, int budget, int hostSlots, UnaryOperator<ModelRunner> around) {
    Checkpoint checkpoint = Checkpoints.open(Shared.require("models/dart/dart-20m-chat-q8_0.gguf"));
    Backend backend = Gpu.backend(true);
    Model model = ModelLoader.load(checkpoint, backend);
    LoadOptions options =
        new LoadOptions(
                CONTEXT, 32, budget, BLOCK, 1, KvDType.BF16, 1, 1000, 1000, 0, hostSlots > 0, 0)
            .settled();
    KvCache cache = backend.kvCache(model.kvCacheSpec(BLOCK, KvDType.BF16), numBlocks);
    HostKvTier tier = hostSlots == 0 ? null : new HostKvTier(hostSlots, cache.bytesPerBlock());
    ModelRunner runner =
        new BackendModelRunner(backend, model, cache, tier, options, CONTEXT, checkpoint);
    return new BatchingEngine(
        around.apply(runner), new AsciiTokenizer(), CONTEXT, options, numBlocks);
  }

  /** Awaits every step before the next. */
  private record Synchronous(ModelRunner runner) implements ModelRunner {
    @Override
    public int vocabSize() {
      return runner.vocabSize();
    }

    @Override
    public StepHandle launch(SchedulerOutput step) {
      StepHandle handle = runner.launch(step);
      return handle::await;
    }

    @Override
    public void restart() {
      runner.restart();
    }

    @Override
    public void close() {
      runner.close();
    }
  }

  private static int[] prompt(int i) {
    int[] prompt = new Random(i % 7).ints(3 + 5 * (i % PROMPTS), 3, 500).toArray();
    prompt[prompt.length - 1] = 100 + i % PROMPTS;
    return prompt;
  }

  private static Answer submit(BatchingEngine engine, int i, String id) {
    SamplingBuilder sampling = new SamplingBuilder();
    sampling.maxTokens = ANSWER;
    sampling.ignoreEos = true;
    if (i >= PROMPTS) {
      sampling.temperature = 0.8f;
      sampling.seed = OptionalLong.of(i);
    }
    Answer answer = new Answer();
    engine.submit(new GenerationRequest(id, prompt(i), sampling.build(), Long.MAX_VALUE), answer);
    return answer;
  }

  private static int[] tokens(Answer answer) {
    answer.finished();
    return answer.events().stream()
        .filter(TextDelta.class::isInstance)
        .flatMapToInt(delta -> Arrays.stream(((TextDelta) delta).tokenIds()))
        .toArray();
  }

  private static int[][] alone(UnaryOperator<ModelRunner> around, boolean overlaps) {
    int[][] answers = new int[2 * PROMPTS][];
    try (BatchingEngine engine = engine(16, 256, 0, around)) {
      for (int i = 0; i < answers.length; i++) {
        answers[i] = tokens(submit(engine, i, "alone" + i));
      }
      assertThat(engine.stats().overlappedStepsTotal() > 0).isEqualTo(overlaps);
    }
    return answers;
  }

  @Test
  void overlappedStepsGiveTheTokensOfAwaitedOnes() {
    assertThat(alone(runner -> runner, true)).isEqualTo(alone(Synchronous::new, false));
  }

  /** Sums in another order change a rare token, and all that follow it. */
  @Test
  void batchesChunksAndPreemptionsSeldomChangeATokenAndNeverACount() {
    int[][] expected = alone(runner -> runner, true);
    for (int budget : new int[] {256, 48}) {
      for (int numBlocks : new int[] {100, 12}) {
        try (BatchingEngine engine = engine(numBlocks, budget, 0, runner -> runner)) {
          List<Answer> answers = new ArrayList<>();
          for (int i = 0; i < expected.length; i++) {
            answers.add(submit(engine, i, "batched" + i));
          }
          int same = 0;
          for (int i = 0; i < expected.length; i++) {
            int[] tokens = tokens(answers.get(i));
            assertThat(tokens).hasSize(ANSWER);
            same += Arrays.equals(tokens, expected[i]) ? 1 : 0;
          }
          System.out.printf(
              "budget %d, %d blocks: %d of %d answers as alone, %s%n",
              budget, numBlocks, same, expected.length, engine.stats());
          assertThat(same).isGreaterThan(expected.length * 3 / 4);
          assertThat(engine.stats().preemptionsTotal() > 0).isEqualTo(numBlocks == 12);
        }
      }
    }
  }

  @Test
  void tenThousandRequestsOverARunnerThatFailsLoseNothing() {
    Level before = engineLog.getLevel();
    engineLog.setLevel(Level.OFF);
    int[][] expected = alone(runner -> runner, true);
    try (BatchingEngine engine = engine(24, 128, 48, runner -> new ChaosRunner(runner, 1))) {
      Random random = new Random(1);
      int answered = 0;
      int same = 0;
      for (int round = 0; round < 100; round++) {
        List<Answer> answers = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
          int i = random.nextInt(2 * PROMPTS);
          String id = round + "-" + n;
          numbers.add(i);
          answers.add(submit(engine, i, id));
          if (random.nextInt(12) == 0) {
            engine.abort(id);
          }
        }
        for (int n = 0; n < 100; n++) {
          if (answers.get(n).last() instanceof Finished end
              && end.reason() == FinishReason.LENGTH) {
            answered++;
            same += Arrays.equals(tokens(answers.get(n)), expected[numbers.get(n)]) ? 1 : 0;
          }
          assertThat(answers.get(n).terminals()).isEqualTo(1);
        }
      }
      assertThat(engine.drain(Duration.ofSeconds(30))).isTrue();
      EngineStats stats = engine.stats();
      System.out.printf(
          "chaos on the device: %d answered, %d of them as alone, %s%n", answered, same, stats);
      assertThat(stats.freeBlocks()).isEqualTo(stats.totalBlocks());
      assertThat(stats.running() + stats.waiting()).isZero();
      assertThat(stats.integrityViolationsTotal()).isZero();
      assertThat(stats.failedStepsTotal()).isPositive();
      assertThat(stats.restoredBlocksTotal()).isPositive();
      assertThat(answered).isGreaterThan(5000);
      assertThat(same).isGreaterThan(answered * 3 / 4);
    } finally {
      engineLog.setLevel(before);
    }
  }
}
