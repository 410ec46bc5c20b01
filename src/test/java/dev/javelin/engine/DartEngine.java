package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.SamplingParamsBuilder;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.runner.HostKvTier;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.ChaosRunner;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Engines over the built-in model on some backend, and what is asked of each. */
final class DartEngine {
  /** Requests below it are greedy, as many from there on are sampled with seeds. */
  static final int GREEDY = 24;

  private static final int REQUESTS = 2 * GREEDY;
  private static final int ANSWER = 40;
  private static final int CONTEXT = 256;

  private DartEngine() {}

  /**
   * @param hostSlots blocks kept in host memory; 0: none, and no prefix cache
   * @param around wraps the runner
   */
  static BatchingEngine open(
      Backend backend,
      int blockSize,
      int numBlocks,
      int budget,
      int hostSlots,
      UnaryOperator<ModelRunner> around) {
    Checkpoint checkpoint = Checkpoints.open(Shared.require("models/dart/dart-20m-chat-q8_0.gguf"));
    Model model = ModelLoader.load(checkpoint, backend);
    KvDType dtype = KvDType.BF16;
    boolean cached = hostSlots > 0;
    LoadOptions options =
        new LoadOptions(CONTEXT, 32, budget, blockSize, 1, dtype, 1, 1000, 1000, 0, cached, 0)
            .settled();
    KvCache cache = backend.kvCache(model.kvCacheSpec(blockSize, dtype), numBlocks);
    HostKvTier tier = cached ? new HostKvTier(hostSlots, cache.bytesPerBlock()) : null;
    ModelRunner runner =
        new BackendModelRunner(backend, model, cache, tier, options, CONTEXT, checkpoint);
    return new BatchingEngine(
        around.apply(runner), new AsciiTokenizer(), CONTEXT, options, numBlocks);
  }

  private static int[] prompt(int i) {
    int[] prompt = new Random(i % 7).ints(3 + 5 * (i % GREEDY), 3, 500).toArray();
    prompt[prompt.length - 1] = 100 + i % GREEDY;
    return prompt;
  }

  /**
   * @param logprobs how many of the likeliest tokens to name; -1: none is told
   */
  static Answer submit(BatchingEngine engine, int i, String id, int logprobs) {
    SamplingParamsBuilder sampling =
        SamplingParams.builder()
            .maxTokens(ANSWER)
            .ignoreEos(true)
            .logprobs(logprobs)
            .temperature(i < GREEDY ? 0 : 0.8f)
            .seed(OptionalLong.of(i));
    Answer answer = new Answer();
    engine.submit(new GenerationRequest(id, prompt(i), sampling.build(), Long.MAX_VALUE), answer);
    return answer;
  }

  static int[] tokens(Answer answer) {
    answer.finished();
    return answer.events().stream()
        .filter(TextDelta.class::isInstance)
        .flatMapToInt(delta -> Arrays.stream(((TextDelta) delta).tokenIds()))
        .toArray();
  }

  /** Every answer by itself. */
  static int[][] alone(BatchingEngine engine) {
    int[][] answers = new int[REQUESTS][];
    for (int i = 0; i < REQUESTS; i++) {
      answers[i] = tokens(submit(engine, i, "alone" + i, -1));
    }
    return answers;
  }

  /** Of every greedy answer by itself, by how much each token was likelier than the next. */
  static double[][] leads(BatchingEngine engine) {
    double[][] leads = new double[GREEDY][];
    for (int i = 0; i < GREEDY; i++) {
      Answer answer = submit(engine, i, "lead" + i, 2);
      answer.finished();
      leads[i] =
          answer.events().stream()
              .filter(TextDelta.class::isInstance)
              .flatMap(delta -> ((TextDelta) delta).logprobs().stream())
              .mapToDouble(DartEngine::lead)
              .toArray();
    }
    return leads;
  }

  private static double lead(TokenLogprobs token) {
    return token.topLogprobs()[0] - token.topLogprobs()[1];
  }

  /** All at once. */
  static int[][] together(BatchingEngine engine) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      answers.add(submit(engine, i, "together" + i, -1));
    }
    return answers.stream().map(DartEngine::tokens).toArray(int[][]::new);
  }

  /**
   * A hundred requests at a time, some of them cancelled, over a runner that fails; in the end
   * nothing is lost and everyone has heard one end.
   *
   * @return of the requests that ended by themselves, the share that ended as alone
   */
  static double chaos(Backend backend, int blockSize, int rounds, int[][] alone) {
    // Kept, or the logger and its level may be collected.
    Logger log = Logger.getLogger("dev.javelin.engine");
    Level before = log.getLevel();
    // Hundreds of failures on purpose.
    log.setLevel(Level.OFF);
    int answered = 0;
    int same = 0;
    try (BatchingEngine engine =
        open(
            backend,
            blockSize,
            // Room for a few: many are preempted, and many blocks go to host memory.
            6 * CONTEXT / blockSize,
            128,
            12 * CONTEXT / blockSize,
            runner -> new ChaosRunner(runner, 1))) {
      Random random = new Random(1);
      for (int round = 0; round < rounds; round++) {
        List<Answer> answers = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
          int i = random.nextInt(REQUESTS);
          String id = round + "-" + n;
          numbers.add(i);
          answers.add(submit(engine, i, id, -1));
          if (random.nextInt(12) == 0) {
            engine.abort(id);
          }
        }
        for (int n = 0; n < 100; n++) {
          if (answers.get(n).last() instanceof Finished end
              && end.reason() == FinishReason.LENGTH) {
            answered++;
            same += Arrays.equals(tokens(answers.get(n)), alone[numbers.get(n)]) ? 1 : 0;
          }
          assertThat(answers.get(n).terminals()).isEqualTo(1);
        }
      }
      assertThat(engine.drain(FakeEngines.LONG)).isTrue();
      EngineStats stats = engine.stats();
      System.out.printf(
          "chaos on %s: %d of %d answered, %d of them as alone, %s%n",
          backend.describe(), answered, 100 * rounds, same, stats);
      assertThat(stats.freeBlocks()).isEqualTo(stats.totalBlocks());
      assertThat(stats.running() + stats.waiting()).isZero();
      assertThat(stats.integrityViolationsTotal()).isZero();
      assertThat(stats.failedStepsTotal()).isPositive();
      assertThat(stats.preemptionsTotal()).isPositive();
      assertThat(stats.restoredBlocksTotal()).isPositive();
      assertThat(answered).isGreaterThan(10 * rounds);
      return (double) same / answered;
    } finally {
      log.setLevel(before);
    }
  }
}
