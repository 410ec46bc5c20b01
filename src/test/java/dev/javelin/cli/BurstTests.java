package dev.javelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BurstTests {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void prefillCountsAllPromptsUntilTheLastFirstToken() {
    Burst burst =
        new Burst(
            List.of(
                new Burst.Lane(0, SECOND, SECOND, 100, 1),
                new Burst.Lane(0, 2 * SECOND, 2 * SECOND, 100, 1)));
    assertThat(burst.prefillRate()).isEqualTo(100, offset(1e-9));
  }

  @Test
  void decodeCountsFromTheMomentAllRun() {
    // The first lane makes 20 of its 40 tokens before the second one starts.
    Burst burst =
        new Burst(
            List.of(
                new Burst.Lane(0, SECOND, 5 * SECOND, 1, 41),
                new Burst.Lane(0, 3 * SECOND, 5 * SECOND, 1, 21)));
    assertThat(burst.decodeRate()).isEqualTo(20, offset(1e-9));
  }

  @Test
  void stepsBeforeAllRanDoNotCount() {
    // The first lane made one token a second while the second's prompt was computed, ten after it.
    Burst burst =
        new Burst(
            List.of(
                new Burst.Lane(0, SECOND, 5 * SECOND, 1, 23),
                new Burst.Lane(0, 3 * SECOND, 5 * SECOND, 1, 21)));
    assertThat(burst.decodeRate()).isEqualTo(20, offset(1e-9));
  }

  @Test
  void aSpreadHasTheMiddleOfItsSamples() {
    assertThat(Spread.of(3, 1, 2).median()).isEqualTo(2);
    assertThat(Spread.of(4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(Spread.of(3, 1, 2).least()).isEqualTo(1);
    assertThat(Spread.of(3, 1, 2).most()).isEqualTo(3);
  }
}
