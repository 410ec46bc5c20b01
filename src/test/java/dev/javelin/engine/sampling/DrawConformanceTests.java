package dev.javelin.engine.sampling;

import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.fake.LateBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain scalar draw, which stands for a device in other tests. */
class DrawConformanceTests {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 2049})
  void theReferenceDrawsAsTheSamplerDoes(int vocabSize) {
    try (LateBackend backend = new LateBackend(CpuBackend.create(1))) {
      DrawConformance.check(backend, vocabSize, 7, 1000);
    }
  }
}
