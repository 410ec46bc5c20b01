package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeriesRingTests {
  private final SeriesRing ring = new SeriesRing(10, 5);

  private void add(long millis, float value) {
    float[] moment = new float[Series.count()];
    Arrays.fill(moment, Float.NaN);
    moment[Series.RUNNING.ordinal()] = value;
    ring.add(millis, moment);
  }

  private float[] read(long now) {
    return ring.read(Series.RUNNING, now, 5).values();
  }

  @Test
  void momentsOfOneSlotAreAveragedAndMissedSlotsAreGaps() {
    add(100, 1);
    add(105, 3);
    add(130, 7);
    assertThat(read(139)).containsExactly(Float.NaN, 2, Float.NaN, Float.NaN, 7);
    ServingHistory.Range range = ring.read(Series.RUNNING, 139, 5);
    assertThat(range.fromMillis()).isEqualTo(90);
    assertThat(range.stepMillis()).isEqualTo(10);
  }

  @Test
  void theOldestIsOverwrittenAndALongPauseLeavesNothingBehind() {
    for (int i = 0; i < 8; i++) {
      add(i * 10, i);
    }
    assertThat(read(75)).containsExactly(3, 4, 5, 6, 7);
    add(1000, 9);
    assertThat(read(1000)).containsExactly(Float.NaN, Float.NaN, Float.NaN, Float.NaN, 9);
  }

  @Test
  void aClockThatGoesBackChangesNothing() {
    add(200, 1);
    add(100, 5);
    assertThat(read(200)).containsExactly(Float.NaN, Float.NaN, Float.NaN, Float.NaN, 1);
  }

  @Test
  void theLatestValueLooksBackOverASmallGapOnly() {
    add(100, 1);
    add(110, 3);
    assertThat(ring.latest(Series.RUNNING, 119, 3)).hasValue(3);
    assertThat(ring.latest(Series.RUNNING, 130, 3)).hasValue(3);
    assertThat(ring.latest(Series.RUNNING, 140, 3)).isEmpty();
    assertThat(ring.latest(Series.WAITING, 119, 3)).isEmpty();
  }
}
