package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.backend.HostMemory;
import dev.javelin.engine.CheckpointPlanner;
import dev.javelin.engine.LoadEstimate;
import dev.javelin.engine.LoadOptions;
import dev.javelin.quant.KvDType;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Needs no GPU. */
class CudaCostsTests {
  private static final Path DART = Path.of("models/dart/dart-20m-chat-q8_0.gguf");
  private static final long GIB = 1L << 30;

  private final CheckpointPlanner planner =
      new CheckpointPlanner(
          new CudaCosts(() -> new DeviceMemory("cuda:0", 80 * GIB, 79 * GIB), Optional.empty()));

  @Test
  void aModelOnTheGpuTakesNothingOfTheHost() {
    LoadEstimate estimate = planner.estimate(DART, LoadOptions.DEFAULT);
    assertThat(estimate.needs()).extracting(DeviceNeed::device).containsExactly("cuda:0");
    DeviceNeed gpu = estimate.needs().getFirst();
    // Its matrices stay as they are in the file.
    assertThat(gpu.weightBytes()).isBetween(20L << 20, DART.toFile().length());
    assertThat(gpu.kvCacheBytes()).isEqualTo(estimate.options().kvCacheBytes());
    assertThat(gpu.activationBytes()).isPositive();
    assertThat(estimate.kvDevice()).isEqualTo("cuda:0");
    assertThat(estimate.options().kvDType()).isEqualTo(KvDType.BF16);
    assertThat(planner.memory())
        .extracting(DeviceMemory::device)
        .containsExactly("cuda:0", HostMemory.DEVICE);
  }

  @Test
  void onlyTheHostCacheIsCountedForTheHost() {
    LoadOptions wanted =
        new LoadOptions(512, 8, 64, 16, 64 << 20, KvDType.BF16, 0, 8, 0, 0, true, 1 << 20);
    LoadEstimate estimate = planner.estimate(DART, wanted);
    assertThat(estimate.needs())
        .extracting(DeviceNeed::device)
        .containsExactly("cuda:0", HostMemory.DEVICE);
    assertThat(estimate.needs().getLast()).isEqualTo(new DeviceNeed("host", 0, 0, 0, 1 << 20));
  }
}
