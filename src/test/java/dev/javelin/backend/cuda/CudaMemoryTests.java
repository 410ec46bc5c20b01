package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.OutOfDeviceMemoryException;
import dev.javelin.backend.RandomWeights;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class CudaMemoryTests {
  @Test
  void fiftyLoadsAndUnloadsReturnEveryByte() {
    CudaDevice device = Gpu.device();
    loadAndUnload();
    long free = device.freeBytes();
    for (int cycle = 0; cycle < 50; cycle++) {
      loadAndUnload();
    }
    assertThat(device.freeBytes()).isEqualTo(free);
  }

  private static void loadAndUnload() {
    try (CudaBackend backend = Gpu.backend(true)) {
      backend.linear(List.of(RandomWeights.of(WeightFormat.Q8_0, 2048, 1024, 1)), null);
      backend.linear(List.of(RandomWeights.of(WeightFormat.F32, 512, 512, 2)), null);
      backend.kvCache(new KvCacheSpec(4, 8, 64, 64, KvDType.BF16), 100);
      backend.workspace().activations(512, 4096);
      backend.read(backend.floats(new float[1000], 10, 100), new float[1000]);
    }
  }

  @Test
  void askingForMoreThanThereIsSaysWhatIsHeldAndFree() {
    try (CudaBackend backend = Gpu.backend(false)) {
      assertThatThrownBy(() -> backend.allocate(DType.F32, 1 << 20, 1 << 20))
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("4096.00 GiB")
          .hasMessageContaining("free");
      float[] values = new float[1];
      backend.read(backend.floats(new float[] {7}, 1), values);
      assertThat(values).containsExactly(7);
    }
  }
}
