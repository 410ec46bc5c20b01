package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.runner.HostKvTier;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.ForwardingRunner;
import dev.javelin.fake.LateBackend;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same tokens whatever shares the batch, however the prompt is cut, whether its keys were
 * cached, computed again after a preemption, or shared with other answers, on any number of
 * threads.
 */
class EquivalenceTests {
  private static final int BLOCK = 16;

  /** No step begins meanwhile: requests meet in a batch however few cores there are. */
  private static final Lock HANDING_IN = new ReentrantLock();

  /**
   * @param prompts lengths; the last two begin alike
   */
  private record Case(String path, int context, int answer, int... prompts) {
    static Case tiny(String model) {
      int context = model.equals("llama_dynamic") ? 64 : 112;
      return new Case("goldens/tiny/" + model, context, 20, 3, 17, 33, 40, 41);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama_tied_bias_headdim",
        "llama_linear",
        "llama_llama3rope",
        "llama_yarn",
        "llama_dynamic",
        "mistral",
        "qwen2",
        "qwen2_sliding",
        "qwen3",
        "smollm3"
      })
  void tinyModels(String model) {
    Case tiny = Case.tiny(model);
    int[][] expected = alone(tiny);
    for (int threads = 1; threads <= 3; threads++) {
      compare(tiny, threads, expected, 1, 7, 64, 512);
    }
  }

  @Test
  void dart() {
    Case dart = new Case("models/dart/dart-20m-chat-q8_0.gguf", 96, 14, 5, 40, 41);
    int[][] expected = alone(dart);
    compare(dart, 2, expected, 1, 7, 64, 512);
    compare(dart, 3, expected, 64);
  }

  @Test
  void smolLm2() {
    Case smol = new Case("models/SmolLM2-135M-Instruct.Q4_1.gguf", 80, 14, 20, 31);
    compare(smol, 2, alone(smol), 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  @Tag("soak")
  void modelsForLong(int threads) {
    for (String path :
        List.of("models/dart/dart-20m-chat-q8_0.gguf", "models/SmolLM2-135M-Instruct.Q4_1.gguf")) {
      Case model = new Case(path, 192, 48, 5, 33, 70, 100, 101);
      compare(model, threads, alone(model), 1, 7, 64, 512);
    }
  }

  /** Steps are launched before the tokens of the last are known, chosen by the backend. */
  @ParameterizedTest
  @ValueSource(strings = {"llama_llama3rope", "qwen2_sliding", "qwen3"})
  void overlappedSteps(String model) {
    Case tiny = Case.tiny(model);
    int[][] expected = alone(tiny);
    try (Loaded loaded = new Loaded(tiny, 2, true)) {
      compare(tiny, 2, loaded, expected, 1, 7, 512);
      try (BatchingEngine engine = loaded.engine(512, tiny.context / BLOCK * 8)) {
        List<Answer> greedy = new ArrayList<>();
        for (int i = 0; i < tiny.prompts.length; i++) {
          greedy.add(submit(engine, tiny, i, "greedy" + i));
        }
        for (int i = 0; i < greedy.size(); i++) {
          assertThat(tokens(greedy.get(i))).isEqualTo(expected[i]);
        }
        assertThat(engine.stats().overlappedStepsTotal()).isGreaterThan(tiny.answer - 2);
        long before = engine.stats().overlappedStepsTotal();
        int drawn = tiny.prompts.length;
        assertThat(tokens(submit(engine, tiny, drawn, "drawn"))).isEqualTo(expected[drawn]);
        assertThat(engine.stats().overlappedStepsTotal()).isGreaterThan(before);
      }
    }
  }

  private static void compare(Case model, int threads, int[][] expected, int... budgets) {
    try (Loaded loaded = new Loaded(model, threads, false)) {
      compare(model, threads, loaded, expected, budgets);
    }
  }

  private static void compare(
      Case model, int threads, Loaded loaded, int[][] expected, int... budgets) {
    int most = model.context / BLOCK * 8;
    for (int budget : budgets) {
      String name = "%s, %d threads, budget %d".formatted(model.path, threads, budget);
      try (BatchingEngine engine = loaded.engine(budget, most)) {
        check(engine, model, expected, name + ", batched", 1);
        long hits = engine.stats().prefixHitsTotal();
        check(engine, model, expected, name + ", prefix hit", 1);
        assertThat(engine.stats().prefixHitsTotal()).as(name).isGreaterThan(hits);
      }
      try (BatchingEngine engine = loaded.engine(budget, most)) {
        check(engine, model, expected, name + ", three answers", 3);
      }
    }
    // Room for two prompts, but not for two answers.
    String name = "%s, %d threads, preempted".formatted(model.path, threads);
    try (BatchingEngine engine = loaded.engine(64, model.context / BLOCK)) {
      check(engine, model, expected, name, 3);
      assertThat(engine.stats().preemptionsTotal()).as(name).isPositive();
      assertThat(engine.stats().integrityViolationsTotal()).as(name).isZero();
    }
    name = "%s, %d threads, from host memory".formatted(model.path, threads);
    int tight = model.context / BLOCK;
    try (BatchingEngine engine = loaded.engine(64, tight, 1, true, 4 * tight)) {
      check(engine, model, expected, name + ", before", 1);
      tokens(submit(engine, model, 99, model.context - model.answer, "evicts all"));
      check(engine, model, expected, name + ", after", 1);
      assertThat(engine.stats().restoredBlocksTotal()).as(name).isPositive();
    }
  }

  /** Every answer by itself, in a batch of one, on an engine that shares nothing. */
  private static int[][] alone(Case model) {
    int[][] answers = new int[model.prompts.length * 2][];
    try (Loaded loaded = new Loaded(model, 1, false);
        BatchingEngine engine = loaded.engine(512, model.context / BLOCK, 1, false, 0)) {
      for (int i = 0; i < answers.length; i++) {
        answers[i] = tokens(submit(engine, model, i, "alone-" + i));
        assertThat(answers[i]).hasSize(model.answer);
      }
    }
    return answers;
  }

  private static void check(
      BatchingEngine engine, Case model, int[][] expected, String name, int n) {
    List<Answer> answers = new ArrayList<>();
    HANDING_IN.lock();
    try {
      for (int i = 0; i < expected.length * n; i++) {
        answers.add(submit(engine, model, i % expected.length, name + i));
      }
    } finally {
      HANDING_IN.unlock();
    }
    for (int i = 0; i < answers.size(); i++) {
      assertThat(tokens(answers.get(i)))
          .as("%s, request %d", name, i)
          .isEqualTo(expected[i % expected.length]);
    }
  }

  /** Request {@code i}: greedy in the first half, sampled with a seed in the second. */
  private static Answer submit(BatchingEngine engine, Case model, int i, String id) {
    return submit(engine, model, i, model.prompts[i % model.prompts.length], id);
  }

  /** All prompts below 99 begin alike. */
  private static Answer submit(
      BatchingEngine engine, Case model, int i, int promptLength, String id) {
    SamplingBuilder sampling = new SamplingBuilder();
    sampling.maxTokens = model.answer;
    sampling.ignoreEos = true;
    if (i >= model.prompts.length) {
      sampling.temperature = 1;
      sampling.seed = OptionalLong.of(i);
    }
    int[] prompt = new Random(i / 99).ints(promptLength, 3, 120).toArray();
    Answer answer = new Answer();
    engine.submit(new GenerationRequest(id, prompt, sampling.build(), Long.MAX_VALUE), answer);
    return answer;
  }

  private static int[] tokens(Answer answer) {
    answer.finished();
    return answer.events().stream()
        .filter(TextDelta.class::isInstance)
        .flatMapToInt(delta -> Arrays.stream(((TextDelta) delta).tokenIds()))
        .toArray();
  }

  /** One model on one backend, for many engines in turn. */
  private static final class Loaded implements AutoCloseable {
    private final Case model;
    private final int threads;
    private final Checkpoint checkpoint;
    private final Backend backend;
    private final Model weights;

    /**
     * @param late whether the next step takes the tokens of the last from the backend
     */
    Loaded(Case model, int threads, boolean late) {
      this.model = model;
      this.threads = threads;
      checkpoint = Checkpoints.open(Shared.require(model.path));
      CpuBackend cpu = CpuBackend.create(threads);
      backend = late ? new LateBackend(cpu) : cpu;
      weights = ModelLoader.load(checkpoint, backend);
    }

    BatchingEngine engine(int budget, int numBlocks) {
      return engine(budget, numBlocks, 8, true, 0);
    }

    BatchingEngine engine(
        int budget, int numBlocks, int maxSequences, boolean prefixCache, int hostSlots) {
      KvCacheSpec spec = weights.kvCacheSpec(BLOCK, KvDType.F16);
      LoadOptions options =
          new LoadOptions(
                  model.context,
                  maxSequences,
                  budget,
                  BLOCK,
                  1,
                  KvDType.F16,
                  threads,
                  1000,
                  1000,
                  0,
                  prefixCache,
                  0)
              .settled();
      KvCache cache = backend.kvCache(spec, numBlocks);
      HostKvTier tier = hostSlots == 0 ? null : new HostKvTier(hostSlots, cache.bytesPerBlock());
      ModelRunner runner =
          new BackendModelRunner(backend, weights, cache, tier, options, model.context, checkpoint);
      return new BatchingEngine(
          new Lent(runner, tier), new AsciiTokenizer(), model.context, options, numBlocks);
    }

    @Override
    public void close() {
      backend.close();
      checkpoint.close();
    }
  }

  /** A runner whose backend outlives it. */
  private static final class Lent extends ForwardingRunner {
    private final @Nullable HostKvTier tier;

    Lent(ModelRunner runner, @Nullable HostKvTier tier) {
      super(runner);
      this.tier = tier;
    }

    @Override
    public StepHandle launch(SchedulerOutput step) {
      HANDING_IN.lock();
      HANDING_IN.unlock();
      return super.launch(step);
    }

    @Override
    public void close() {
      if (tier != null) {
        tier.close();
      }
    }
  }
}
