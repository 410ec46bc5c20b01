package dev.javelin.console;

import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Series;
import dev.javelin.service.ServingHistory;
import dev.javelin.service.StoredHistory;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What every page shows of the moment; the same values for its first view and its updates. */
@Component
final class LiveFigures {
  /**
   * @param models every served model
   * @param newestMillis the second that {@code now} is of; negative where there is none
   * @param now the newest value of each series; absent where nothing is known
   * @param unsaved what of the history of figures is not in the database; null: it has all
   */
  record Moment(
      long millis,
      long newestMillis,
      List<ModelView> models,
      Map<Series, Double> now,
      @Nullable Unsaved unsaved) {}

  /**
   * @param points that wait in memory until the database answers
   */
  record Unsaved(long sinceMillis, int points) {
    static @Nullable Unsaved of(StoredHistory.State state) {
      Instant since = state.failingSince();
      return since == null ? null : new Unsaved(since.toEpochMilli(), state.waiting());
    }
  }

  private final ModelRegistry registry;
  private final ServingHistory history;
  private final StoredHistory stored;

  LiveFigures(ModelRegistry registry, ServingHistory history, StoredHistory stored) {
    this.registry = registry;
    this.history = history;
    this.stored = stored;
  }

  List<ModelView> models() {
    return registry.list().stream().map(ModelView::of).toList();
  }

  Moment moment() {
    List<ModelView> models = models();
    Map<Series, Double> now = new EnumMap<>(Series.class);
    for (Series series : Series.values()) {
      history.latest(series).ifPresent(value -> now.put(series, value));
    }
    return new Moment(
        System.currentTimeMillis(),
        history.newestMillis(),
        models,
        now,
        Unsaved.of(stored.state()));
  }
}
