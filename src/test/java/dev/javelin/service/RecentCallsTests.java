package dev.javelin.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.SamplingParams;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.security.Caller;
import io.micrometer.core.instrument.MockClock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentCallsTests {
  private final MockClock clock = new MockClock();
  private final RecentCalls calls = new RecentCalls(clock);

  private float[] read() {
    float[] moment = new float[Series.count()];
    Arrays.fill(moment, Float.NaN);
    calls.read(moment);
    return moment;
  }

  private GenerationObserver.Listener began() {
    return calls.began(
        new GenerationObserver.Begun(
            new GenerationCall(
                "call",
                new GenerationCall.Origin(new Caller.Local(), "req-1", null, 0),
                "dart",
                List.of(new Prompt.Text("hi", true)),
                2,
                SamplingOverrides.NONE,
                Scores.NONE,
                null,
                new GenerationCall.Terms(Tenant.DEFAULT, 0, "", Duration.ofMinutes(1))),
            "dart:1",
            "default",
            "calm",
            1,
            SamplingParams.DEFAULT));
  }

  private void finish(long firstTokenMillis) {
    long first = firstTokenMillis * 1_000_000;
    began()
        .event(
            0,
            new GenerationEvent.Finished(
                FinishReason.STOP,
                new Usage(3, 11, 0),
                new Timings(first / 2, first, first + 10 * 7_000_000L)));
  }

  @Test
  void percentilesKnowEveryCallOfTheMinuteHoweverMany() {
    for (int i = 1; i <= 2_000; i++) {
      finish(i);
    }
    float[] moment = read();
    assertThat(moment[Series.TTFT_P50.ordinal()]).isCloseTo(1_000, withPercentage(1));
    assertThat(moment[Series.TTFT_P95.ordinal()]).isCloseTo(1_900, withPercentage(1));
    assertThat(moment[Series.TTFT_P99.ordinal()]).isCloseTo(1_980, withPercentage(1));
    assertThat(moment[Series.QUEUE_P50.ordinal()]).isCloseTo(500, withPercentage(1));
    assertThat(calls.ended()).isEqualTo(2_000);
  }

  @Test
  void nothingInTheLastMinuteIsAGap() {
    assertThat(read()).containsOnly(Float.NaN);
    finish(20);
    clock.add(Duration.ofSeconds(61));
    assertThat(read()).containsOnly(Float.NaN);
  }

  @Test
  void failedCallsAreCountedAndTakeNoTime() {
    began().event(0, new GenerationEvent.Failed(ErrorCode.STEP_FAILED, "broken"));
    assertThat(calls.ended()).isEqualTo(1);
    assertThat(calls.failed()).isEqualTo(1);
    assertThat(read()).containsOnly(Float.NaN);
  }

  @Test
  void theTimeBetweenTokensIsThatOfEachSequenceAndSharedByTokensThatComeTogether() {
    GenerationObserver.Listener call = began();
    GenerationEvent one = new GenerationEvent.TextDelta("a", new int[] {1});
    call.event(0, one);
    clock.add(Duration.ofMillis(3));
    call.event(1, one);
    clock.add(Duration.ofMillis(17));
    call.event(0, new GenerationEvent.TextDelta("bc", new int[] {1, 2}));
    float[] moment = read();
    assertThat(moment[Series.ITL_P50.ordinal()]).isCloseTo(10, withPercentage(1));
    clock.add(Duration.ofMillis(23));
    call.event(1, one);
    moment = read();
    assertThat(moment[Series.ITL_P50.ordinal()]).isCloseTo(10, withPercentage(1));
    assertThat(moment[Series.ITL_P99.ordinal()]).isCloseTo(40, withPercentage(1));
    assertThat(moment[Series.TTFT_P50.ordinal()]).isNaN();
  }
}
