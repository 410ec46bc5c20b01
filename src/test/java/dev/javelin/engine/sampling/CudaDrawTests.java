package dev.javelin.engine.sampling;

import dev.javelin.backend.cuda.CudaBackend;
import dev.javelin.backend.cuda.Gpu;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("gpu")
class CudaDrawTests {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 1024, 2049, 49_152, 128_256, 262_144})
  void theDeviceDrawsAsTheSamplerDoes(int vocabSize) {
    try (CudaBackend backend = Gpu.backend(true)) {
      int drawn = DrawConformance.check(backend, vocabSize, 7, vocabSize > 3000 ? 1500 : 6000);
      System.out.printf("vocabulary %d: %d tokens drawn as the sampler does%n", vocabSize, drawn);
    }
  }
}
