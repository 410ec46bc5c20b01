package dev.javelin.console;

import dev.javelin.service.RunningRequests;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * The calls that are being answered and the last that were, as tables show them. However many tabs
 * are open, the rows are worked out and written as JSON once in three quarters of a second.
 */
@Component
final class RequestRows {
  private static final int KEPT = 500;
  private static final int SLOWEST = 5;
  private static final long FRESH_MILLIS = 750;

  /** In which order those that ended are listed. */
  enum Sort {
    NEWEST(Comparator.comparingLong(RequestView::endedMillis)),
    WAIT(Comparator.comparingDouble(RequestView::queuedMillis)),
    TTFT(Comparator.comparingDouble(RequestView::ttftMillis));

    private final Comparator<RequestView> order;

    Sort(Comparator<RequestView> ascending) {
      order = ascending.reversed();
    }
  }

  private record Row(RequestView view, String json) {}

  /**
   * @param live the one that began first first: it does not move when others come
   * @param ended the one that ended last first
   */
  private record Snapshot(long millis, List<Row> live, List<Row> ended) {}

  private final RunningRequests requests;
  private final Clock clock;
  private final JsonMapper mapper;
  private @Nullable Snapshot last;

  RequestRows(RunningRequests requests, Clock clock, JsonMapper mapper) {
    this.requests = requests;
    this.clock = clock;
    this.mapper = mapper;
  }

  /** Those that are being answered, as they are now. */
  List<RequestView> live(@Nullable String text) {
    return views(RunningRequests.Which.RUNNING, Integer.MAX_VALUE)
        .filter(wanted(text))
        .toList()
        .reversed();
  }

  /**
   * Those that ended.
   *
   * @param text that their ids, model or end contain; null: all
   * @param before when the last one that is not wanted any more ended; null: from the first on
   */
  List<RequestView> ended(@Nullable String text, Sort sort, @Nullable Long before, int limit) {
    return views(RunningRequests.Which.DONE, KEPT)
        .filter(wanted(text))
        .filter(view -> before == null || view.endedMillis() < before)
        .sorted(sort.order)
        .limit(limit)
        .toList();
  }

  /** Of those that ended, the ones whose first token took longest. */
  List<RequestView> slowest() {
    return ended(null, Sort.TTFT, null, SLOWEST);
  }

  /** By the id of the call, of one of its sequences, or of the HTTP request. */
  Optional<RunningRequests.View> find(String id) {
    RunningRequests.View found = requests.find(id);
    if (found == null) {
      found = requests.find(id.replaceFirst("-\\d+$", ""));
    }
    return found != null
        ? Optional.of(found)
        : requests.list(null, null, Integer.MAX_VALUE).stream()
            .filter(call -> call.requestId().equals(id))
            .findFirst();
  }

  /**
   * All that are being answered, and those that ended since, as JSON: {@code {millis, live,
   * ended}}.
   *
   * @param since the millis of the answer before; 0: none
   */
  String json(@Nullable String text, long since) {
    Snapshot now = snapshot();
    StringBuilder json = new StringBuilder(1024).append("{\"millis\":").append(now.millis());
    append(json.append(",\"live\":["), now.live(), text, 0);
    append(json.append("],\"ended\":["), now.ended(), text, since);
    return json.append("]}").toString();
  }

  private static void append(
      StringBuilder json, List<Row> rows, @Nullable String text, long since) {
    char before = 0;
    for (Row row : rows) {
      if (row.view().endedMillis() >= since && wanted(text).test(row.view())) {
        if (before != 0) {
          json.append(before);
        }
        json.append(row.json());
        before = ',';
      }
    }
  }

  private synchronized Snapshot snapshot() {
    long now = clock.millis();
    Snapshot known = last;
    if (known == null || now - known.millis() >= FRESH_MILLIS || now < known.millis()) {
      known = new Snapshot(now, rows(live(null)), rows(ended(null, Sort.NEWEST, null, KEPT)));
      last = known;
    }
    return known;
  }

  private List<Row> rows(List<RequestView> views) {
    return views.stream().map(view -> new Row(view, mapper.writeValueAsString(view))).toList();
  }

  private Stream<RequestView> views(RunningRequests.Which which, int limit) {
    return requests.list(which, null, limit).stream().map(RequestView::of);
  }

  private static Predicate<RequestView> wanted(@Nullable String text) {
    return view -> text == null || text.isBlank() || view.matches(text);
  }
}
