package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.runner.BackendModelRunner;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.AsciiTokenizer;
import dev.javelin.fake.ForwardingRunner;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.KvDType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks are given back as soon as no layer looks at them, and no sooner. */
class SlidingWindowTests {
  private static final int BLOCK = 16;
  private static final int CONTEXT = 112;

  /**
   * @param window that blocks may go behind; 0: none
   * @param mostBlocks held at once by an answer that fills the context
   */
  @ParameterizedTest
  @CsvSource({
    // Every layer sees 16 positions.
    "mistral, 16, 3",
    // The first layer sees all, the others 16: all blocks stay.
    "qwen2_sliding, 0, 7",
    "llama_linear, 0, 7"
  })
  void blocksAreFreedWhereEveryLayerAllows(String name, int window, int mostBlocks) {
    // Closed by the engine.
    Checkpoint checkpoint = Checkpoints.open(Shared.require("goldens/tiny/" + name));
    CpuBackend backend = CpuBackend.create(1);
    Model model = ModelLoader.load(checkpoint, backend);
    assertThat(model.attentionWindow()).isEqualTo(window);
    int numBlocks = CONTEXT / BLOCK;
    KvCache cache = backend.kvCache(model.kvCacheSpec(BLOCK, KvDType.F16), numBlocks);
    LoadOptions options = new LoadOptions(CONTEXT, 2, 64, BLOCK, 1, KvDType.F16, 1, 10).settled();
    BackendModelRunner runner =
        new BackendModelRunner(backend, model, cache, null, options, CONTEXT, checkpoint);
    HeldBlocks watched = new HeldBlocks(runner);
    try (BatchingEngine engine =
        new BatchingEngine(watched, new AsciiTokenizer(), CONTEXT, options, numBlocks)) {
      watched.engine = engine;
      SamplingBuilder sampling = new SamplingBuilder();
      sampling.maxTokens = CONTEXT - 4;
      sampling.ignoreEos = true;
      Answer answer = new Answer();
      engine.submit(
          new GenerationRequest("a", new int[] {5, 6, 7, 8}, sampling.build(), Long.MAX_VALUE),
          answer::onEvent);
      assertThat(answer.tokenIds()).hasSize(CONTEXT - 4);
    }
    assertThat(watched.most).isLessThanOrEqualTo(mostBlocks).isGreaterThanOrEqualTo(mostBlocks - 1);
  }

  /** Sees before each step, on the engine's thread, how many blocks the last one left in use. */
  private static final class HeldBlocks extends ForwardingRunner {
    private volatile @Nullable BatchingEngine engine;
    private volatile int most;

    HeldBlocks(ModelRunner runner) {
      super(runner);
    }

    @Override
    public StepHandle launch(SchedulerOutput step) {
      EngineStats stats = Objects.requireNonNull(engine).stats();
      most = Math.max(most, stats.totalBlocks() - stats.freeBlocks());
      return super.launch(step);
    }
  }
}
