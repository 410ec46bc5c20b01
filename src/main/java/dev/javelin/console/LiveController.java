package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Series;
import dev.javelin.service.ServingHistory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;

/** What the pages' scripts read: one stream of moments a tab, and series for charts. */
@RestController
final class LiveController {
  private final LiveFigures figures;
  private final LiveStream stream;
  private final ServingHistory history;

  LiveController(LiveFigures figures, LiveStream stream, ServingHistory history) {
    this.figures = figures;
    this.stream = stream;
    this.history = history;
  }

  @GetMapping(path = "/console/live", produces = MediaType.APPLICATION_JSON_VALUE)
  LiveFigures.Moment live() {
    return figures.moment();
  }

  /**
   * What one tab shows: moments, and for whoever may see the catalog its changes.
   *
   * @param after as Last-Event-ID, for a script that opens a new stream
   */
  @GetMapping(path = "/console/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<String>> events(
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
      @RequestParam(required = false) @Nullable String after,
      ServerWebExchange exchange) {
    exchange.getResponse().getHeaders().set("X-Accel-Buffering", "no");
    String last = lastEventId != null ? lastEventId : after;
    return Caller.of(exchange).may(Access.VIEWER)
        ? stream.momentsAndChanges(last)
        : stream.moments(last);
  }

  @GetMapping(path = "/console/requests.json", produces = MediaType.APPLICATION_JSON_VALUE)
  List<RequestView> requests() {
    return figures.requests(LiveFigures.PAGE);
  }

  /**
   * @param series names in small letters
   * @param hours 0: the last quarter of an hour by the second; else so many hours by ten seconds
   */
  @GetMapping(path = "/console/series", produces = MediaType.APPLICATION_JSON_VALUE)
  Map<String, ServingHistory.Range> series(
      @RequestParam List<String> series, @RequestParam(defaultValue = "0") int hours) {
    return series.stream()
        .distinct()
        .collect(
            Collectors.toMap(
                name -> name,
                name -> {
                  Series wanted = Series.valueOf(name.toUpperCase(Locale.ROOT));
                  return hours == 0
                      ? history.lately(wanted)
                      : history.day(wanted, Math.clamp(hours, 1, 24) * 360);
                }));
  }
}
