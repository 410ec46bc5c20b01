package dev.javelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FastExpTests {
  @Test
  void itIsTheExponential() {
    Random random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      double x = -random.nextDouble() * (i % 2 == 0 ? 700 : 2);
      assertThat(FastExp.exp(x) / Math.exp(x)).as("exp(%s)", x).isCloseTo(1, within(2e-15));
    }
    assertThat(FastExp.exp(0)).isEqualTo(1);
    assertThat(FastExp.exp(-701)).isZero();
    assertThat(FastExp.exp(Double.NEGATIVE_INFINITY)).isZero();
  }
}
