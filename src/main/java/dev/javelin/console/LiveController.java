package dev.javelin.console;

import dev.javelin.service.Series;
import dev.javelin.service.ServingHistory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** What the pages' scripts read: one stream of moments a tab, and series for charts. */
@RestController
final class LiveController {
  private final LiveFigures figures;
  private final ServingHistory history;
  private final Scheduler blocking;

  LiveController(LiveFigures figures, ServingHistory history, Scheduler blocking) {
    this.figures = figures;
    this.history = history;
    this.blocking = blocking;
  }

  @GetMapping(path = "/console/live", produces = MediaType.APPLICATION_JSON_VALUE)
  LiveFigures.Moment live() {
    return figures.moment();
  }

  /**
   * A moment now and then every second. Each is whole, so a tab that comes back needs nothing of
   * what it missed.
   */
  @GetMapping(path = "/console/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<LiveFigures.Moment>> events() {
    return Flux.interval(Duration.ZERO, Duration.ofSeconds(1))
        .onBackpressureDrop()
        .publishOn(blocking)
        .map(_ -> figures.moment())
        .map(
            moment ->
                ServerSentEvent.builder(moment)
                    .event("moment")
                    .id(Long.toString(moment.millis()))
                    .build());
  }

  @GetMapping(path = "/console/requests.json", produces = MediaType.APPLICATION_JSON_VALUE)
  List<RequestView> requests() {
    return figures.requests();
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
