package dev.javelin.service;

import com.sun.management.OperatingSystemMXBean;
import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Service;

/**
 * How serving went: a moment a second for a quarter of an hour, one every ten seconds for a day, in
 * memory of a fixed size.
 */
@Service
public final class ServingHistory implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ServingHistory.class);
  private static final int FRESH_SECONDS = 3;

  /**
   * A run of moments, oldest first.
   *
   * @param values NaN where nothing was recorded
   */
  public record Range(long fromMillis, long stepMillis, float[] values) {}

  private final ModelRegistry models;
  private final RecentCalls calls;
  private final Clock clock;
  private final SeriesRing seconds = new SeriesRing(1_000, 900);
  private final SeriesRing tens = new SeriesRing(10_000, 8_640);
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Map<Engine, EngineStats> before = new HashMap<>();
  private long beforeMillis;
  private long beforeCpuNanos;
  private long beforeEnded;
  private long beforeFailed;
  private @Nullable ScheduledExecutorService timer;

  ServingHistory(ModelRegistry models, RecentCalls calls, Clock clock) {
    this.models = models;
    this.calls = calls;
    this.clock = clock;
  }

  /** The last quarter of an hour by the second. */
  public synchronized Range lately(Series series) {
    return seconds.read(series, clock.millis(), seconds.capacity());
  }

  /** The newest value of the last seconds; empty where nothing was recorded. */
  public synchronized OptionalDouble latest(Series series) {
    return seconds.latest(series, clock.millis(), FRESH_SECONDS);
  }

  /**
   * @param moments of ten seconds each, at most a day's 8,640
   */
  public synchronized Range day(Series series, int moments) {
    return tens.read(series, clock.millis(), Math.min(moments, tens.capacity()));
  }

  synchronized void record() {
    long now = clock.millis();
    List<Engine> engines = engines();
    before.keySet().retainAll(engines);
    float[] moment = new float[Series.count()];
    Arrays.fill(moment, Float.NaN);
    double elapsed = (now - beforeMillis) / 1000.0;
    if (beforeMillis > 0 && elapsed > 0) {
      set(moment, Series.PROMPT_TOKENS, grown(engines, EngineStats::promptTokensTotal) / elapsed);
      set(
          moment,
          Series.OUTPUT_TOKENS,
          grown(engines, EngineStats::generatedTokensTotal) / elapsed);
      set(moment, Series.PREEMPTIONS, grown(engines, EngineStats::preemptionsTotal) / elapsed);
      long queries = grown(engines, EngineStats::prefixQueriesTotal);
      if (queries > 0) {
        double hits = grown(engines, EngineStats::prefixHitsTotal);
        set(moment, Series.PREFIX_HITS, hits / queries);
      }
      set(moment, Series.CPU, (system.getProcessCpuTime() - beforeCpuNanos) / 1e9 / elapsed);
    }
    beforeCpuNanos = system.getProcessCpuTime();
    occupancy(moment, engines);
    ended(moment, elapsed);
    calls.read(moment);
    Runtime heap = Runtime.getRuntime();
    set(moment, Series.HEAP_BYTES, heap.totalMemory() - heap.freeMemory());
    engines.forEach(engine -> before.put(engine, engine.stats()));
    beforeMillis = now;
    seconds.add(now, moment);
    tens.add(now, moment);
  }

  private List<Engine> engines() {
    List<Engine> engines = new ArrayList<>();
    for (ServedModel served : models.list()) {
      if (served.state() instanceof ServedModel.State.Ready(var model)) {
        engines.add(model.engine());
      }
    }
    return engines;
  }

  private long grown(List<Engine> engines, ToLongFunction<EngineStats> total) {
    long sum = 0;
    for (Engine engine : engines) {
      EngineStats earlier = before.get(engine);
      long start = earlier == null ? 0 : total.applyAsLong(earlier);
      sum += Math.max(0, total.applyAsLong(engine.stats()) - start);
    }
    return sum;
  }

  private static void occupancy(float[] moment, List<Engine> engines) {
    int running = 0;
    int waiting = 0;
    long used = 0;
    long blocks = 0;
    for (Engine engine : engines) {
      EngineStats stats = engine.stats();
      running += stats.running();
      waiting += stats.waiting();
      used += stats.totalBlocks() - stats.freeBlocks();
      blocks += stats.totalBlocks();
    }
    set(moment, Series.RUNNING, running);
    set(moment, Series.WAITING, waiting);
    if (blocks > 0) {
      set(moment, Series.KV_USAGE, used / (double) blocks);
    }
  }

  private void ended(float[] moment, double elapsed) {
    long ended = calls.ended();
    long failed = calls.failed();
    if (beforeMillis > 0 && elapsed > 0) {
      set(moment, Series.REQUESTS, (ended - beforeEnded) / elapsed);
      set(moment, Series.ERRORS, (failed - beforeFailed) / elapsed);
    }
    beforeEnded = ended;
    beforeFailed = failed;
  }

  private static void set(float[] moment, Series series, double value) {
    moment[series.ordinal()] = (float) value;
  }

  @Override
  public synchronized void start() {
    ScheduledExecutorService started =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().name("serving-history").daemon().unstarted(task));
    started.scheduleAtFixedRate(this::recordOrLog, 1, 1, TimeUnit.SECONDS);
    timer = started;
  }

  private void recordOrLog() {
    try {
      record();
    } catch (RuntimeException e) {
      log.warn("A moment of the serving history was lost", e);
    }
  }

  @Override
  public synchronized void stop() {
    if (timer != null) {
      timer.shutdownNow();
      timer = null;
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return timer != null;
  }
}
