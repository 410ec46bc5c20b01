package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.Shared;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.checkpoint.Checkpoints;
import dev.javelin.engine.CheckpointPlanner;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadOptions;
import dev.javelin.model.Model;
import dev.javelin.model.loader.ModelLoader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuCostsTests {
  private static final String DART = "models/dart/dart-20m-chat-q8_0.gguf";

  static Stream<Path> checkpoints() {
    return Stream.of(Path.of(DART), Shared.require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
  }

  /** What is off the heap is counted where it is allocated. */
  @ParameterizedTest
  @MethodSource("checkpoints")
  void theEstimateIsWithinFivePercentOfWhatALoadAllocates(Path path) {
    CheckpointPlanner planner = new CheckpointPlanner(new CpuCosts());
    LoadEstimate estimate = planner.estimate(path, LoadOptions.DEFAULT);
    DeviceNeed host = estimate.needs().getFirst();
    assertThat(host.device()).isEqualTo("host");
    LoadOptions options = estimate.options();
    try (CpuBackend backend = CpuBackend.create(2);
        Checkpoint checkpoint = Checkpoints.open(path)) {
      Model model = ModelLoader.load(checkpoint, backend);
      KvCacheSpec spec = model.kvCacheSpec(options.blockSize(), options.kvDType());
      backend.kvCache(spec, (int) (options.kvCacheBytes() / spec.bytesPerBlock()));
      assertThat((double) host.totalBytes())
          .isCloseTo((double) backend.allocatedBytes(), Percentage.withPercentage(5));
    }
  }
}
