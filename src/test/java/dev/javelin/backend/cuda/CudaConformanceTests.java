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
  /** A bf16 result has an error of 2^-9 of itself, and a weight or two were rounded before it. */
  private static final double TOLERANCE = 1.5e-2;

  /** Compositions round several times on the way, attention before an exponential. */
  private static final double COMPOSED = 4e-2;

  private static double tolerance(OpsConformance.Case op) {
    return switch (op.name()) {
      case "gatherRows", "argmax" -> 0;
      case "rmsNorm",
          "add",
          "scale",
          "softcap",
          "headNorm",
          "rope",
          "gatedActivation",
          "addRmsNorm" ->
          TOLERANCE;
      default -> COMPOSED;
    };
  }

  static List<OpsConformance.Case> ops() {
    return OpsConformance.cases();
  }

  @ParameterizedTest
  @MethodSource("ops")
  void opMatchesTheReference(OpsConformance.Case op) {
    try (CudaBackend backend = Gpu.backend(false)) {
      op.check().run(new Conformance(backend, tolerance(op)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void linearMatchesTheReference(WeightFormat format) {
    try (CudaBackend backend = Gpu.backend(false)) {
      LinearConformance.check(new Conformance(backend, 2 * TOLERANCE), format);
    }
  }
}
