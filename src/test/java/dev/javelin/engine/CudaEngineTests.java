package dev.javelin.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.cuda.Gpu;
import dev.javelin.engine.runner.ModelRunner;
import dev.javelin.engine.runner.StepHandle;
import dev.javelin.engine.scheduler.SchedulerOutput;
import dev.javelin.fake.ForwardingRunner;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole engine over the GPU: overlapped steps, chunks, batches, preemption, faults. */
@Tag("gpu")
class CudaEngineTests {
  private static final int BLOCK = 64;

  /** A smaller lead of the likeliest token may be lost where products are summed otherwise. */
  private static final double MARGIN = 0.3;

  private static BatchingEngine engine(
      int numBlocks, int budget, UnaryOperator<ModelRunner> around) {
    return DartEngine.open(Gpu.backend(true), BLOCK, numBlocks, budget, 0, around);
  }

  /** Awaits every step before the next. */
  private static final class Synchronous extends ForwardingRunner {
    Synchronous(ModelRunner runner) {
      super(runner);
    }

    @Override
    public StepHandle launch(SchedulerOutput step) {
      StepHandle handle = super.launch(step);
      return handle::await;
    }
  }

  @Test
  void overlappedStepsGiveTheTokensOfAwaitedOnes() {
    int[][] overlapped;
    try (BatchingEngine engine = engine(16, 256, runner -> runner)) {
      overlapped = DartEngine.alone(engine);
      assertThat(engine.stats().overlappedStepsTotal()).isPositive();
    }
    try (BatchingEngine engine = engine(16, 256, Synchronous::new)) {
      assertThat(DartEngine.alone(engine)).isEqualTo(overlapped);
      assertThat(engine.stats().overlappedStepsTotal()).isZero();
    }
  }

  /** Products are summed otherwise for other numbers of rows: a small lead may be lost. */
  @Test
  void batchesChunksAndPreemptionsChangeNoTokenWithALead() {
    int[][] alone;
    double[][] leads;
    try (BatchingEngine engine = engine(16, 256, runner -> runner)) {
      alone = DartEngine.alone(engine);
      leads = DartEngine.leads(engine);
    }
    for (int budget : new int[] {256, 48}) {
      for (int numBlocks : new int[] {100, 12}) {
        try (BatchingEngine engine = engine(numBlocks, budget, runner -> runner)) {
          int[][] together = DartEngine.together(engine);
          int same = 0;
          double largest = 0;
          for (int i = 0; i < alone.length; i++) {
            assertThat(together[i]).hasSameSizeAs(alone[i]);
            int at = Arrays.mismatch(together[i], alone[i]);
            same += at < 0 ? 1 : 0;
            if (at >= 0 && i < DartEngine.GREEDY) {
              largest = Math.max(largest, leads[i][at]);
            }
          }
          System.out.printf(
              "budget %d, %d blocks: %d of %d as alone, largest lead lost %.3f; %d preemptions%n",
              budget, numBlocks, same, alone.length, largest, engine.stats().preemptionsTotal());
          assertThat(largest).isLessThan(MARGIN);
          assertThat(engine.stats().preemptionsTotal() > 0).isEqualTo(numBlocks == 12);
        }
      }
    }
  }

  @Test
  void tenThousandRequestsOverARunnerThatFailsLoseNothing() {
    int[][] alone;
    try (BatchingEngine engine = engine(16, 256, runner -> runner)) {
      alone = DartEngine.alone(engine);
    }
    DartEngine.chaos(Gpu.backend(true), BLOCK, 100, alone);
  }
}
