package dev.javelin.backend.cuda;

import dev.javelin.backend.Conformance;
import dev.javelin.backend.LinearConformance;
import dev.javelin.backend.OpsConformance;
import dev.javelin.quant.WeightFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op and weight format on the GPU against the reference. */
@Tag("gpu")
class CudaConformanceTests {
  /** A bf16 result has an error of 2^-9 of itself; compositions round a few times on the way. */
  static final double TOLERANCE = 2e-2;

  static List<OpsConformance.Case> ops() {
    return OpsConformance.cases();
  }

  @ParameterizedTest
  @MethodSource("ops")
  void opMatchesTheReference(OpsConformance.Case op) {
    try (CudaBackend backend = Gpu.backend(false)) {
      op.check().run(new Conformance(backend, TOLERANCE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void linearMatchesTheReference(WeightFormat format) {
    try (CudaBackend backend = Gpu.backend(false)) {
      LinearConformance.check(new Conformance(backend, TOLERANCE), format);
    }
  }
}
