package dev.javelin.console;

import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.service.ModelRegistry;
import dev.javelin.service.Series;
import dev.javelin.service.ServedModel;
import dev.javelin.service.ServingHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.springframework.stereotype.Component;

/** What every page shows of the moment; the same values for its first view and its updates. */
@Component
final class LiveFigures {
  /** Requests that a page shows at most. */
  static final int PAGE = 100;

  private static final int SLOWEST = 5;
  private static final int LATELY = 64;

  /**
   * @param models every served model
   * @param now the newest value of each series; absent where nothing is known
   */
  record Moment(long millis, List<ModelView> models, Map<Series, Double> now) {}

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
      history.latest(series).ifPresent(value -> now.put(series, value));
    }
    return new Moment(System.currentTimeMillis(), models, now);
  }

  /** The requests of all models that ended last, the latest first. */
  List<RequestView> requests(int most) {
    PriorityQueue<Ended> heads = new PriorityQueue<>(Comparator.comparingLong(Ended::key));
    for (ServedModel served : registry.list()) {
      lines(served)
          .ifPresent(lines -> new Ended(served.name(), lines, lines.size() - 1).addTo(heads));
    }
    List<RequestView> requests = new ArrayList<>();
    while (requests.size() < most && !heads.isEmpty()) {
      Ended head = heads.remove();
      requests.add(head.view());
      head.next().addTo(heads);
    }
    return requests;
  }

  /** One request that ended lately. */
  Optional<RequestView> request(String id) {
    return registry.list().stream()
        .flatMap(
            served ->
                lines(served).stream()
                    .flatMap(List::stream)
                    .filter(line -> line.id().equals(id))
                    .map(line -> RequestView.of(served.name(), line)))
        .findFirst();
  }

  /** Of the requests that ended lately, those whose first token took longest. */
  List<RequestView> slowest() {
    return requests(LATELY).stream()
        .sorted(Comparator.comparingDouble(RequestView::ttftMillis).reversed())
        .limit(SLOWEST)
        .toList();
  }

  private static Optional<List<RequestTimeline>> lines(ServedModel served) {
    return served.state() instanceof ServedModel.State.Ready(LoadedModel model)
        ? Optional.of(model.engine().timelines())
        : Optional.empty();
  }

  /** A place in one engine's timelines, which are in the order in which their requests ended. */
  private record Ended(String model, List<RequestTimeline> lines, int at) {
    void addTo(PriorityQueue<Ended> heads) {
      if (at >= 0) {
        heads.add(this);
      }
    }

    /** The later it ended the smaller. */
    long key() {
      RequestTimeline line = lines.get(at);
      return -(line.submittedMillis() + line.totalNanos() / 1_000_000);
    }

    Ended next() {
      return new Ended(model, lines, at - 1);
    }

    RequestView view() {
      return RequestView.of(model, lines.get(at));
    }
  }
}
