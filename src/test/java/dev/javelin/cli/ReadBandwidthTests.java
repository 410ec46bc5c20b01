package dev.javelin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReadBandwidthTests {
  @Test
  void givesARateForEachRepeat() {
    Spread rate = ReadBandwidth.measure(2, 1 << 20);
    assertThat(rate.samples()).hasSizeGreaterThanOrEqualTo(5);
    assertThat(rate.least()).isPositive().isLessThanOrEqualTo(rate.median());
  }
}
