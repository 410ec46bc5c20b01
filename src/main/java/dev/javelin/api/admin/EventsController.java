package dev.javelin.api.admin;

import dev.javelin.config.JavelinProperties;
import dev.javelin.service.ChangeEvent;
import dev.javelin.service.Events;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/**
 * {@code /api/v1/events}: what changes, as it changes. A listener that was away sends the id of the
 * last event it saw; an event {@code reset} tells it that it missed some.
 */
@RestController
final class EventsController {
  private final Events events;
  private final JavelinProperties properties;

  EventsController(Events events, JavelinProperties properties) {
    this.events = events;
    this.properties = properties;
  }

  @GetMapping(path = "/api/v1/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<ChangeEvent>> listen(
      @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
      ServerHttpResponse response) {
    response.getHeaders().set("X-Accel-Buffering", "no");
    // Comments in the silences, and the first at once: a listener knows that it is connected.
    Flux<ServerSentEvent<ChangeEvent>> comments =
        Flux.interval(Duration.ZERO, properties.keepAlive())
            .onBackpressureDrop()
            .map(_ -> ServerSentEvent.<ChangeEvent>builder().comment("keep-alive").build());
    return events
        .after(lastEventId)
        .map(event -> ServerSentEvent.builder(event).id(event.id()).event(event.type()).build())
        .publish(changes -> changes.mergeWith(comments.takeUntilOther(changes.ignoreElements())));
  }
}
