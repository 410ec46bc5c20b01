package dev.javelin.service;

import dev.javelin.backend.DeviceActivity;
import dev.javelin.backend.DeviceMemory;
import dev.javelin.backend.DeviceNeed;
import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.LoadPlanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.springframework.stereotype.Component;

/** Reads all {@link Series} of a moment; rates are those since it was read before. */
@Component
final class ServingProbe {
  private final ModelRegistry models;
  private final RecentCalls calls;
  private final LoadPlanner planner;
  private final MemoryLedger ledger;
  private final HostProbe host = new HostProbe();
  private final Map<Engine, EngineStats> before = new HashMap<>();
  private long beforeMillis;
  private long beforeEnded;
  private long beforeFailed;

  ServingProbe(ModelRegistry models, RecentCalls calls, LoadPlanner planner, MemoryLedger ledger) {
    this.models = models;
    this.calls = calls;
    this.planner = planner;
    this.ledger = ledger;
  }

  /**
   * @return [Series.count()] NaN where nothing is known
   */
  float[] read(long nowMillis) {
    float[] moment = new float[Series.count()];
    Arrays.fill(moment, Float.NaN);
    List<Engine> engines = engines();
    before.keySet().retainAll(engines);
    double seconds = beforeMillis > 0 ? (nowMillis - beforeMillis) / 1000.0 : 0;
    rates(moment, engines, seconds);
    ended(moment, seconds);
    occupancy(moment, engines);
    device(moment);
    calls.read(moment);
    host.read(moment, seconds);
    engines.forEach(engine -> before.put(engine, engine.stats()));
    beforeMillis = nowMillis;
    return moment;
  }

  private List<Engine> engines() {
    List<Engine> engines = new ArrayList<>();
    for (ServedModel served : models.list()) {
      if (served.state() instanceof ServedModel.State.Ready(var model)
          && !engines.contains(model.engine())) {
        engines.add(model.engine());
      }
    }
    return engines;
  }

  private void rates(float[] moment, List<Engine> engines, double seconds) {
    if (seconds <= 0) {
      return;
    }
    set(moment, Series.PROMPT_TOKENS, grown(engines, EngineStats::promptTokensTotal) / seconds);
    set(moment, Series.OUTPUT_TOKENS, grown(engines, EngineStats::generatedTokensTotal) / seconds);
    set(moment, Series.PREEMPTIONS, grown(engines, EngineStats::preemptionsTotal) / seconds);
    set(moment, Series.STEPS, grown(engines, EngineStats::stepsTotal) / seconds);
    long queries = grown(engines, EngineStats::prefixQueriesTotal);
    if (queries > 0) {
      double hits = grown(engines, EngineStats::prefixHitsTotal);
      set(moment, Series.PREFIX_HITS, hits / queries);
    }
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

  private void ended(float[] moment, double seconds) {
    long ended = calls.ended();
    long failed = calls.failed();
    if (seconds > 0) {
      set(moment, Series.REQUESTS, (ended - beforeEnded) / seconds);
      set(moment, Series.ERRORS, (failed - beforeFailed) / seconds);
    }
    beforeEnded = ended;
    beforeFailed = failed;
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

  private void device(float[] moment) {
    long used = 0;
    for (DeviceMemory device : planner.memory()) {
      used += device.totalBytes() - device.availableBytes();
    }
    List<DeviceNeed> needs = ledger.reserved();
    set(moment, Series.DEVICE_USED_BYTES, used);
    set(moment, Series.WEIGHT_BYTES, sum(needs, DeviceNeed::weightBytes));
    set(moment, Series.KV_BYTES, sum(needs, DeviceNeed::kvCacheBytes));
    planner.activity().stream()
        .mapToDouble(DeviceActivity::busy)
        .average()
        .ifPresent(busy -> set(moment, Series.DEVICE_BUSY, busy));
  }

  private static long sum(List<DeviceNeed> needs, ToLongFunction<DeviceNeed> part) {
    return needs.stream().mapToLong(part).sum();
  }

  static void set(float[] moment, Series series, double value) {
    moment[series.ordinal()] = (float) value;
  }
}
