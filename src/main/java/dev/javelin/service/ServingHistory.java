package dev.javelin.service;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Service;

/**
 * How serving went: a moment a second for a quarter of an hour, one every ten seconds for a day,
 * one every five minutes for thirty days, in memory of a fixed size (under 3 MB). {@link
 * StoredHistory} keeps the last in the database.
 */
@Service
public final class ServingHistory implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ServingHistory.class);
  private static final int FRESH_SECONDS = 3;
  static final long STORED_MILLIS = 300_000;

  /**
   * A run of moments, oldest first.
   *
   * @param values NaN where nothing was recorded
   */
  public record Range(long fromMillis, long stepMillis, float[] values) {}

  /**
   * All series of one stretch of five minutes.
   *
   * @param values [Series.count()] NaN: a gap
   */
  record Stretch(long fromMillis, float[] values) {}

  private final ServingProbe probe;
  private final Clock clock;
  private final SeriesRing seconds = new SeriesRing(1_000, 900);
  private final SeriesRing tens = new SeriesRing(10_000, 8_640);
  private final SeriesRing fives = new SeriesRing(STORED_MILLIS, 8_640);
  private @Nullable Background timer;

  /** Used by the timer's thread alone. */
  private long recordedMillis;

  ServingHistory(ServingProbe probe, Clock clock) {
    this.probe = probe;
    this.clock = clock;
  }

  /** A stretch of time up to now, the same for all series. */
  public Map<Series, Range> read(Collection<Series> series, Span span) {
    return read(series, span, span.points());
  }

  /** The same in few points, for people to read. */
  public Map<Series, Range> table(Collection<Series> series, Span span) {
    return read(series, span, span.rows());
  }

  private synchronized Map<Series, Range> read(Collection<Series> series, Span span, int points) {
    SeriesRing ring =
        switch (span) {
          case QUARTER_HOUR -> seconds;
          case DAY -> tens;
          case WEEK, MONTH -> fives;
        };
    int merged = (int) (span.length().toMillis() / points / ring.stepMillis());
    long now = clock.millis();
    Map<Series, Range> ranges = new EnumMap<>(Series.class);
    for (Series one : series) {
      ranges.put(one, ring.read(one, now, points, merged));
    }
    return ranges;
  }

  /** The newest value of the last seconds; empty where nothing was recorded. */
  public synchronized OptionalDouble latest(Series series) {
    return seconds.latest(series, clock.millis(), FRESH_SECONDS);
  }

  /** The second of the newest moment; negative where there is none. */
  public synchronized long newestMillis() {
    return seconds.newestMillis();
  }

  void record() {
    long now = clock.millis();
    recordedMillis = now;
    add(now, probe.read(now));
  }

  synchronized void add(long millis, float[] moment) {
    seconds.add(millis, moment);
    tens.add(millis, moment);
    fives.add(millis, moment);
  }

  /** What an earlier life stored. */
  synchronized void restore(Stretch stretch) {
    fives.restore(stretch.fromMillis(), stretch.values());
  }

  /**
   * What was recorded from {@code fromMillis} on, oldest first, gaps left out.
   *
   * @param open whether the stretch that still goes on is one of them
   */
  synchronized List<Stretch> stretches(long fromMillis, boolean open) {
    List<Stretch> found = new ArrayList<>();
    long newest = fives.newestMillis();
    long oldest = newest - Span.MONTH.length().toMillis() + STORED_MILLIS;
    for (long at = Math.max(fromMillis, oldest); at <= newest; at += STORED_MILLIS) {
      float[] values = fives.moment(at);
      boolean ended = at + STORED_MILLIS <= clock.millis();
      if (values != null && (ended || open)) {
        found.add(new Stretch(at, values));
      }
    }
    return found;
  }

  @Override
  public synchronized void start() {
    Background started = new Background("serving-history");
    // In the middle of a second: a moment a little early or late still falls into its own.
    Duration toMiddle = Duration.ofMillis(1_500 - clock.millis() % 1_000);
    started.repeatEvery(this::recordOrLog, toMiddle, Duration.ofSeconds(1));
    timer = started;
  }

  private void recordOrLog() {
    try {
      // After a pause the timer catches up: rates over no time would say nothing.
      if (clock.millis() - recordedMillis >= 500) {
        record();
      }
    } catch (RuntimeException e) {
      log.warn("A moment of the serving history was lost", e);
    }
  }

  @Override
  public void stop() {
    Background ending;
    synchronized (this) {
      ending = timer;
      timer = null;
    }
    if (ending != null) {
      // Without the lock, which a moment that is being recorded needs.
      ending.end();
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return timer != null;
  }
}
