package dev.javelin.console;

import dev.javelin.security.Access;
import dev.javelin.security.Caller;
import dev.javelin.service.Series;
import dev.javelin.service.ServingHistory;
import dev.javelin.service.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
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

  /**
   * @param series names in small letters
   * @param span a {@link Span}'s word
   */
  @GetMapping(path = "/console/series", produces = MediaType.APPLICATION_JSON_VALUE)
  Map<String, ServingHistory.Range> series(
      @RequestParam List<String> series, @RequestParam(defaultValue = "quarter-hour") String span) {
    Span wanted = Span.parse(span);
    if (wanted == null) {
      throw refused("span", span);
    }
    List<Series> known = series.stream().map(LiveController::series).toList();
    Map<String, ServingHistory.Range> ranges = new LinkedHashMap<>();
    history.read(known, wanted).forEach((one, range) -> ranges.put(one.word(), range));
    return ranges;
  }

  private static Series series(String name) {
    try {
      return Series.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw refused("series", name);
    }
  }

  private static ResponseStatusException refused(String parameter, String given) {
    return new ResponseStatusException(
        HttpStatus.BAD_REQUEST, "there is no %s '%s'".formatted(parameter, given));
  }
}
