package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeriesRingTests {
  private final SeriesRing ring = new SeriesRing(10, 5);

  private static float[] moment(Series series, float value) {
    float[] moment = new float[Series.count()];
    Arrays.fill(moment, Float.NaN);
    moment[series.ordinal()] = value;
    return moment;
  }

  private void add(long millis, float value) {
    ring.add(millis, moment(Series.RUNNING, value));
  }

  private float[] read(long now) {
    return ring.read(Series.RUNNING, now, 5, 1).values();
  }

  @Test
  void momentsOfOneSlotAreAveragedAndMissedSlotsAreGaps() {
    add(100, 1);
    add(105, 3);
    add(130, 7);
    assertThat(read(139)).containsExactly(Float.NaN, 2, Float.NaN, Float.NaN, 7);
    ServingHistory.Range range = ring.read(Series.RUNNING, 139, 5, 1);
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

  @Test
  void aPointOfALongerRangeIsTheMeanAndATailIsTheHighestOfWhatIsKnown() {
    add(100, 1);
    add(110, 3);
    add(120, 8);
    for (float tail : new float[] {5, 2}) {
      ring.add(120, moment(Series.TTFT_P99, tail));
    }
    ring.add(130, moment(Series.TTFT_P99, 4));
    // points of two slots: 100 and 110, 120 and 130
    assertThat(ring.read(Series.RUNNING, 139, 3, 2).values()).containsExactly(Float.NaN, 2, 8);
    assertThat(ring.read(Series.TTFT_P99, 139, 3, 2).values())
        .containsExactly(Float.NaN, Float.NaN, 5);
    assertThat(ring.read(Series.RUNNING, 139, 3, 2).fromMillis()).isEqualTo(80);
  }

  @Test
  void whatIsRestoredFillsGapsAndNothingElse() {
    for (long at = 100; at <= 140; at += 10) {
      ring.restore(at, moment(Series.RUNNING, at));
    }
    add(140, 1);
    add(160, 2);
    ring.restore(150, moment(Series.RUNNING, 150));
    ring.restore(160, moment(Series.RUNNING, 160));
    ring.restore(110, moment(Series.RUNNING, 9));
    assertThat(read(165)).containsExactly(120, 130, 1, 150, 2);
    assertThat(ring.moment(150)).contains(150f);
    assertThat(ring.moment(170)).isNull();
    assertThat(ring.newestMillis()).isEqualTo(160);
  }
}
