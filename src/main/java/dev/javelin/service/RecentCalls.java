package dev.javelin.service;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Timings;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.TimeWindowPercentileHistogram;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Every sequence of the last minute by how long it took, in histograms of a fixed size. */
@Component
final class RecentCalls implements GenerationObserver {
  /** Two decimal digits: a value is at most one percent off. */
  private static final DistributionStatisticConfig LAST_MINUTE =
      DistributionStatisticConfig.builder()
          .percentiles(0.5, 0.95, 0.99)
          .percentilePrecision(2)
          .minimumExpectedValue((double) Duration.ofNanos(1_000).toNanos())
          .maximumExpectedValue((double) Duration.ofHours(1).toNanos())
          .expiry(Duration.ofMinutes(1))
          .bufferLength(6)
          .build()
          .merge(DistributionStatisticConfig.DEFAULT);

  private final TimeWindowPercentileHistogram queued;
  private final TimeWindowPercentileHistogram firstToken;
  private final TimeWindowPercentileHistogram betweenTokens;
  private final Clock clock;
  private final LongAdder ended = new LongAdder();
  private final LongAdder failed = new LongAdder();

  @Autowired
  RecentCalls() {
    this(Clock.SYSTEM);
  }

  RecentCalls(Clock clock) {
    this.clock = clock;
    queued = new TimeWindowPercentileHistogram(clock, LAST_MINUTE, false);
    firstToken = new TimeWindowPercentileHistogram(clock, LAST_MINUTE, false);
    betweenTokens = new TimeWindowPercentileHistogram(clock, LAST_MINUTE, false);
  }

  /** Sequences that ended since the start, failed ones too. */
  long ended() {
    return ended.sum();
  }

  long failed() {
    return failed.sum();
  }

  /**
   * Writes the medians, 95th and 99th percentiles of the last minute in milliseconds into {@code
   * moment}; leaves it as it is where nothing ended.
   */
  void read(float[] moment) {
    read(queued, moment, Series.QUEUE_P50);
    read(firstToken, moment, Series.TTFT_P50);
    read(betweenTokens, moment, Series.ITL_P50);
  }

  /** Into {@code first} and the two series after it. */
  private static void read(TimeWindowPercentileHistogram histogram, float[] moment, Series first) {
    HistogramSnapshot snapshot = histogram.takeSnapshot(0, 0, 0);
    int at = first.ordinal();
    for (ValueAtPercentile value : snapshot.percentileValues()) {
      // Nothing takes no time: zero is what an empty histogram says.
      if (value.value() > 0) {
        moment[at] = (float) (value.value() / 1e6);
      }
      at++;
    }
  }

  @Override
  public Listener began(Begun call) {
    return new Sequences(call.call().sequences());
  }

  /** One call's. Its events come from one thread at a time. */
  private final class Sequences implements Listener {
    /** When each sequence's last token came; 0: none yet. */
    private final long[] lastNanos;

    Sequences(int count) {
      lastNanos = new long[count];
    }

    @Override
    public void event(int index, GenerationEvent event) {
      switch (event) {
        case GenerationEvent.TextDelta delta -> text(index, delta.tokenIds().length);
        case GenerationEvent.PromptScored _ -> {}
        case GenerationEvent.Finished finished -> {
          ended.increment();
          record(finished.timings());
        }
        case GenerationEvent.Failed _ -> {
          ended.increment();
          failed.increment();
        }
      }
    }

    /** Tokens whose text was held back arrive together: then each had an equal part of the time. */
    private void text(int index, int count) {
      if (count == 0) {
        return;
      }
      long now = clock.monotonicTime();
      if (lastNanos[index] != 0) {
        long each = (now - lastNanos[index]) / count;
        for (int i = 0; i < count; i++) {
          betweenTokens.recordLong(each);
        }
      }
      lastNanos[index] = now;
    }

    @Override
    public void ended() {}
  }

  private void record(Timings timings) {
    queued.recordLong(timings.queuedNanos());
    if (timings.firstTokenNanos() > 0) {
      firstToken.recordLong(timings.firstTokenNanos());
    }
  }
}
