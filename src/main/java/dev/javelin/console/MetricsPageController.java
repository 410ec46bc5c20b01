package dev.javelin.console;

import dev.javelin.catalog.AliasChange;
import dev.javelin.catalog.AliasSwap;
import dev.javelin.catalog.Aliases;
import dev.javelin.catalog.DatabaseAway;
import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Node;
import dev.javelin.service.Series;
import dev.javelin.service.ServingHistory;
import dev.javelin.service.Span;
import dev.javelin.service.StoredHistory;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ServerWebExchange;

/** {@code /console/metrics}: how serving went, and the swaps meanwhile. */
@Controller
final class MetricsPageController {
  private static final int SWAPS = 200;
  private static final String ALL = "all";

  /** Charts under a heading, {@code metrics.group.<key>}; the width of each in sixths. */
  record Group(String key, List<Chart> charts) {}

  /** A chart: its title's key and the series it draws. */
  record Chart(String key, String unit, int width, List<Series> series) {
    /**
     * What stands where nothing is known, as in {@code metrics.none.<it>}. Public, as templates
     * need.
     */
    public String none() {
      return key.equals("busy") ? "device" : "time";
    }
  }

  /** A series' newest value, written in its unit. */
  record Newest(Series series, String text) {
    /** Public, as templates need. */
    public String name() {
      return series.word();
    }
  }

  /**
   * A chart's values, written in their unit, in the time from {@code from} to that of the next row.
   */
  record ValueRow(Instant from, List<String> values) {}

  /**
   * A chart with what stands in its legend until the script comes.
   *
   * @param rows its values as a table, oldest first; null where none is asked for
   */
  record ChartView(Chart chart, List<Newest> newest, @Nullable List<ValueRow> rows) {}

  record GroupView(String key, List<ChartView> charts) {}

  /**
   * @param by who did it
   */
  record SwapRow(
      Instant at, String alias, String model, String from, String to, String by, String reason) {
    static SwapRow of(AliasSwap swap) {
      AliasChange to = swap.to();
      return new SwapRow(
          to.changedAt(),
          to.alias(),
          to.model(),
          AliasSwap.target(swap.from()),
          AliasSwap.target(to),
          to.actor(),
          to.reason());
    }
  }

  private static final List<Group> GROUPS =
      List.of(
          new Group(
              "serving",
              List.of(
                  chart("tokens", "tokensPerSecond", 6, Series.OUTPUT_TOKENS, Series.PROMPT_TOKENS),
                  chart("requests", "perSecond", 3, Series.REQUESTS, Series.ERRORS),
                  chart("load", "count", 3, Series.RUNNING, Series.WAITING))),
          new Group(
              "latency",
              List.of(
                  chart("ttft", "millis", 2, Series.TTFT_P50, Series.TTFT_P95, Series.TTFT_P99),
                  chart("itl", "millis", 2, Series.ITL_P50, Series.ITL_P95, Series.ITL_P99),
                  chart(
                      "queue", "millis", 2, Series.QUEUE_P50, Series.QUEUE_P95, Series.QUEUE_P99))),
          new Group(
              "engine",
              List.of(
                  chart("cache", "share", 3, Series.KV_USAGE, Series.PREFIX_HITS),
                  chart(
                      "device",
                      "bytes",
                      3,
                      Series.DEVICE_USED_BYTES,
                      Series.WEIGHT_BYTES,
                      Series.KV_BYTES),
                  chart("busy", "share", 2, Series.DEVICE_BUSY),
                  chart("steps", "perSecond", 2, Series.STEPS),
                  chart("preemptions", "perSecond", 2, Series.PREEMPTIONS))),
          new Group(
              "host",
              List.of(
                  chart("cpu", "cores", 2, Series.CPU, Series.MACHINE_CPU),
                  chart("heap", "bytes", 2, Series.HEAP_BYTES, Series.HEAP_SIZE_BYTES),
                  chart("gc", "share", 2, Series.GC))));

  private final ServingHistory history;
  private final StoredHistory stored;
  private final Aliases aliases;
  private final Node node;
  private final Clock clock;

  MetricsPageController(
      ServingHistory history, StoredHistory stored, Aliases aliases, Node node, Clock clock) {
    this.history = history;
    this.stored = stored;
    this.aliases = aliases;
    this.node = node;
    this.clock = clock;
  }

  private static Chart chart(String key, String unit, int width, Series... series) {
    return new Chart(key, unit, width, List.of(series));
  }

  /**
   * @param values keys of the charts whose values are written as tables too, or {@code all}
   */
  @GetMapping("/console/metrics")
  String metrics(
      @RequestParam(required = false) @Nullable String span,
      @RequestParam(defaultValue = "") List<String> values,
      Model view,
      ServerWebExchange exchange,
      Locale locale) {
    Span chosen = span == null ? null : Span.parse(span);
    Span shown = chosen == null ? Span.QUARTER_HOUR : chosen;
    Show show = new Show(locale);
    LiveFigures.Unsaved unsaved = LiveFigures.Unsaved.of(stored.state());
    view.addAttribute("page", "metrics");
    view.addAttribute("spans", Span.values());
    view.addAttribute("span", shown);
    view.addAttribute("server", node.name());
    view.addAttribute("unsaved", unsaved);
    view.addAttribute(
        "chartGroups", GROUPS.stream().map(group -> view(group, shown, values, show)).toList());
    boolean may = Caller.of(exchange).may(Access.VIEWER);
    view.addAttribute("mayView", may);
    if (may) {
      view.addAttribute("swaps", unsaved == null ? swaps(shown) : null);
    }
    return "console/metrics";
  }

  private GroupView view(Group group, Span span, List<String> tables, Show show) {
    return new GroupView(
        group.key(),
        group.charts().stream()
            .map(
                chart ->
                    new ChartView(
                        chart,
                        newest(chart, show),
                        tables.contains(ALL) || tables.contains(chart.key())
                            ? rows(chart, span, show)
                            : null))
            .toList());
  }

  private List<Newest> newest(Chart chart, Show show) {
    return chart.series().stream()
        .map(series -> new Newest(series, show.figure(history.latest(series), chart.unit())))
        .toList();
  }

  private List<ValueRow> rows(Chart chart, Span span, Show show) {
    Map<Series, ServingHistory.Range> table = history.table(chart.series(), span);
    List<ValueRow> rows = new ArrayList<>();
    for (int row = 0; row < span.rows(); row++) {
      List<String> values = new ArrayList<>();
      Instant from = Instant.EPOCH;
      for (Series series : chart.series()) {
        ServingHistory.Range range = Objects.requireNonNull(table.get(series));
        float value = range.values()[row];
        values.add(
            show.figure(
                Float.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value),
                chart.unit()));
        from = Instant.ofEpochMilli(range.fromMillis() + row * range.stepMillis());
      }
      rows.add(new ValueRow(from, values));
    }
    return rows;
  }

  /** Newest first; null while the database does not answer. */
  private @Nullable List<SwapRow> swaps(Span span) {
    try {
      return aliases.swaps(clock.instant().minus(span.length()), SWAPS).stream()
          .map(SwapRow::of)
          .toList();
    } catch (RuntimeException e) {
      if (DatabaseAway.is(e)) {
        return null;
      }
      throw e;
    }
  }
}
