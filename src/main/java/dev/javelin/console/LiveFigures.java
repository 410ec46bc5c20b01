package dev.javelin.console;

import dev.javelin.engine.LoadedModel;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Series;
import dev.javelin.service.ServedModel;
import dev.javelin.service.ServingHistory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What every page shows of the moment; the same values for its first view and its updates. */
@Component
final class LiveFigures {
  private static final int SLOWEST = 5;

  /**
   * @param models every served model
   * @param now the newest value of each series; absent where nothing is known
   * @param memory of the machine
   */
  record Moment(long millis, List<ModelView> models, Map<Series, Double> now, Memory memory) {}

  /**
   * Bytes of this machine's memory by use.
   *
   * @param process the rest of this process' heap
   */
  record Memory(long weights, long kv, long process, long free, long total) {
    public int share(long bytes) {
      return total > 0 ? (int) Math.round(100.0 * bytes / total) : 0;
    }
  }

  private final ModelRegistry registry;
  private final ServingHistory history;

  LiveFigures(ModelRegistry registry, ServingHistory history) {
    this.registry = registry;
    this.history = history;
  }

  List<ModelView> models() {
    return registry.list().stream().map(ModelView::of).toList();
  }

  Moment moment() {
    List<ModelView> models = models();
    Map<Series, Double> now = new EnumMap<>(Series.class);
    for (Series series : Series.values()) {
      Double value = latest(history.lately(series).values());
      if (value != null) {
        now.put(series, value);
      }
    }
    return new Moment(System.currentTimeMillis(), models, now, memory(models));
  }

  private static @Nullable Double latest(float[] values) {
    for (int i = values.length - 1; i >= Math.max(0, values.length - 3); i--) {
      if (!Float.isNaN(values[i])) {
        return (double) values[i];
      }
    }
    return null;
  }

  private static Memory memory(List<ModelView> models) {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long weights = models.stream().mapToLong(ModelView::weightBytes).sum();
    long kv = models.stream().mapToLong(ModelView::kvBytes).sum();
    long heap = Runtime.getRuntime().totalMemory();
    return new Memory(weights, kv, heap, system.getFreeMemorySize(), system.getTotalMemorySize());
  }

  /** Ended requests of all models, the latest first. */
  List<RequestView> requests() {
    List<RequestView> requests = new ArrayList<>();
    for (ServedModel served : registry.list()) {
      if (served.state() instanceof ServedModel.State.Ready(LoadedModel model)) {
        model
            .engine()
            .timelines()
            .forEach(line -> requests.add(RequestView.of(served.name(), line)));
      }
    }
    requests.sort(Comparator.comparingLong(RequestView::submittedMillis).reversed());
    return requests;
  }

  /** Of the requests that ended lately, those whose first token took longest. */
  List<RequestView> slowest() {
    return requests().stream()
        .limit(64)
        .sorted(Comparator.comparingDouble(RequestView::ttftMillis).reversed())
        .limit(SLOWEST)
        .toList();
  }
}
