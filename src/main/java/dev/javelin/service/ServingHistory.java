package dev.javelin.service;

import com.sun.management.OperatingSystemMXBean;
import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.request.RequestTimeline;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final long LATELY_MILLIS = 60_000;

  /**
   * A run of moments, oldest first.
   *
   * @param values NaN where nothing was recorded
   */
  public record Range(long fromMillis, long stepMillis, float[] values) {}

  private final ModelRegistry models;
  private final Clock clock;
  private final SeriesRing seconds = new SeriesRing(1_000, 900);
  private final SeriesRing tens = new SeriesRing(10_000, 8_640);
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Map<Engine, EngineStats> before = new HashMap<>();
  private long beforeMillis;
  private long beforeCpuNanos;
  private @Nullable ScheduledExecutorService timer;

  ServingHistory(ModelRegistry models, Clock clock) {
    this.models = models;
    this.clock = clock;
  }

  /** The last quarter of an hour by the second. */
  public synchronized Range lately(Series series) {
    return seconds.read(series, clock.millis(), seconds.capacity());
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
    requests(moment, engines, now, elapsed);
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

  private void requests(float[] moment, List<Engine> engines, long now, double elapsed) {
    List<RequestTimeline> lately = new ArrayList<>();
    int ended = 0;
    int failed = 0;
    for (Engine engine : engines) {
      for (RequestTimeline request : engine.timelines()) {
        long end = request.submittedMillis() + request.totalNanos() / 1_000_000;
        if (end > now - LATELY_MILLIS) {
          lately.add(request);
        }
        if (end > beforeMillis && end <= now) {
          ended++;
          failed += request.error() == null ? 0 : 1;
        }
      }
    }
    if (beforeMillis > 0 && elapsed > 0) {
      set(moment, Series.REQUESTS, ended / elapsed);
      set(moment, Series.ERRORS, failed / elapsed);
    }
    percentiles(moment, Series.QUEUE_P50, lately, RequestTimeline::queuedNanos);
    List<RequestTimeline> answered =
        lately.stream().filter(request -> request.firstTokenNanos() > 0).toList();
    percentiles(moment, Series.TTFT_P50, answered, RequestTimeline::firstTokenNanos);
    percentiles(
        moment,
        Series.TPOT_P50,
        answered.stream().filter(request -> request.generatedTokens() > 1).toList(),
        request ->
            (request.totalNanos() - request.firstTokenNanos()) / (request.generatedTokens() - 1));
  }

  /** Into {@code first} and the two series after it: medians, 95th and 99th percentiles. */
  private static void percentiles(
      float[] moment,
      Series first,
      List<RequestTimeline> requests,
      ToLongFunction<RequestTimeline> nanos) {
    if (requests.isEmpty()) {
      return;
    }
    long[] sorted = requests.stream().mapToLong(nanos).sorted().toArray();
    double[] shares = {0.5, 0.95, 0.99};
    for (int i = 0; i < shares.length; i++) {
      int at = (int) Math.ceil(shares[i] * sorted.length) - 1;
      moment[first.ordinal() + i] = (float) (sorted[Math.max(0, at)] / 1e6);
    }
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
