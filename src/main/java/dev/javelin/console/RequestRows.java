package dev.javelin.console;

import dev.javelin.service.RunningRequests;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

  /** A call is listed a little after the moment that it says it ended at. */
  private static final long LATE_MILLIS = 2_000;

  /** Rows of a page, and so the most that a script is told of at once. */
  static final int PAGE = 50;

  /** In which order those that ended are listed. */
  enum Sort {
    NEWEST(Comparator.comparing(RequestView::cursor)),
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

  /** Those that ended do not change: each is worked out once. */
  private Map<String, Row> known = Map.of();

  RequestRows(RunningRequests requests, Clock clock, JsonMapper mapper) {
    this.requests = requests;
    this.clock = clock;
    this.mapper = mapper;
  }

  /** Those that are being answered, as they are now. */
  List<RequestView> live(@Nullable String text) {
    return requests.list(RunningRequests.Which.RUNNING, null, Integer.MAX_VALUE).stream()
        .map(RequestView::of)
        .filter(wanted(text))
        .toList()
        .reversed();
  }

  /**
   * Those that ended.
   *
   * @param text that their ids, model or end contain; null: all
   * @param before the last one that is not wanted any more; null: from the first on
   */
  List<RequestView> ended(
      @Nullable String text, Sort sort, RequestView.@Nullable Cursor before, int limit) {
    return ended().stream()
        .map(Row::view)
        .filter(wanted(text))
        .filter(view -> before == null || view.cursor().compareTo(before) < 0)
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
   * All that are being answered, and the newest of those that ended since, as JSON: {@code {millis,
   * live, ended}}. One that ended about then may come twice.
   *
   * @param since the millis of the answer before; 0: none
   */
  String json(@Nullable String text, long since) {
    Snapshot now = snapshot();
    Stream<Row> ended =
        now.ended().stream().filter(row -> row.view().endedMillis() >= since - LATE_MILLIS);
    StringBuilder json = new StringBuilder(1024).append("{\"millis\":").append(now.millis());
    append(json.append(",\"live\":["), now.live().stream(), text, Integer.MAX_VALUE);
    append(json.append("],\"ended\":["), ended, text, PAGE);
    return json.append("]}").toString();
  }

  private static void append(
      StringBuilder json, Stream<Row> rows, @Nullable String text, int limit) {
    json.append(
        rows.filter(row -> wanted(text).test(row.view()))
            .limit(limit)
            .map(Row::json)
            .collect(Collectors.joining(",")));
  }

  private synchronized Snapshot snapshot() {
    long now = clock.millis();
    Snapshot latest = last;
    if (latest == null || now - latest.millis() >= FRESH_MILLIS || now < latest.millis()) {
      List<Row> ended =
          ended().stream().sorted(Comparator.comparing(Row::view, Sort.NEWEST.order)).toList();
      latest = new Snapshot(now, live(null).stream().map(this::row).toList(), ended);
      last = latest;
    }
    return latest;
  }

  private synchronized Collection<Row> ended() {
    Map<String, Row> now = new LinkedHashMap<>();
    for (RunningRequests.View call : requests.list(RunningRequests.Which.DONE, null, KEPT)) {
      Row row = known.get(call.id());
      now.put(call.id(), row == null ? row(RequestView.of(call)) : row);
    }
    known = now;
    return now.values();
  }

  private Row row(RequestView view) {
    return new Row(view, mapper.writeValueAsString(view));
  }

  private static Predicate<RequestView> wanted(@Nullable String text) {
    return view -> text == null || text.isBlank() || view.matches(text);
  }
}
