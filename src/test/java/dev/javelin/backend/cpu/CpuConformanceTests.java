package dev.javelin.backend.cpu;

import dev.javelin.backend.Conformance;
import dev.javelin.backend.LinearConformance;
import dev.javelin.backend.OpsConformance;
import dev.javelin.quant.WeightFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/ops.md and docs/formats.md say of the CPU. */
class CpuConformanceTests {
  static final double TOLERANCE = 2e-5;

  static List<OpsConformance.Case> ops() {
    return OpsConformance.cases();
  }

  @ParameterizedTest
  @MethodSource("ops")
  void opMatchesTheReference(OpsConformance.Case op) {
    try (CpuBackend backend = CpuBackend.create(2)) {
      op.check().run(new Conformance(backend, TOLERANCE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void linearMatchesTheReference(WeightFormat format) {
    try (CpuBackend backend = CpuBackend.create(2)) {
      LinearConformance.check(new Conformance(backend, TOLERANCE), format);
    }
  }
}
