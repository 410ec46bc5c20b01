package dev.javelin.console;

import dev.javelin.service.ChangeEvent;
import dev.javelin.service.Events;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;

/**
 * One stream a tab: a moment of figures a second, and what changes in the catalog. However many
 * tabs are open, a moment is worked out and written as JSON once; with none, never.
 *
 * <p>The id of every event names the last moment and the last change a tab has, so one that comes
 * back gets what it missed of the last minute's moments and the last changes.
 */
@Component
final class LiveStream {
  private static final int KEPT = 60;
  private static final long FRESH_MILLIS = 2_000;

  private record Kept(long millis, String json) {}

  /** A moment or a change as it travels, before its tab gives it an id. */
  private sealed interface Part {
    record OfMoment(Kept kept) implements Part {}

    record OfChange(ChangeEvent event) implements Part {}

    /** The tab was too slow for the changes: it comes back with its last id. */
    record End() implements Part {}
  }

  private final LiveFigures figures;
  private final Events events;
  private final JsonMapper mapper;
  private final Deque<Kept> kept = new ArrayDeque<>(KEPT);

  /** Says that there is a new moment; what it is, each tab reads from {@link #kept}. */
  private final Flux<Long> ticks;

  LiveStream(LiveFigures figures, Events events, JsonMapper mapper, Scheduler blocking) {
    this.figures = figures;
    this.events = events;
    this.mapper = mapper;
    ticks =
        Flux.interval(Duration.ZERO, Duration.ofSeconds(1))
            .onBackpressureDrop()
            .publishOn(blocking)
            .doOnNext(_ -> keep(figures.moment()))
            .publish()
            .refCount(1);
  }

  /** Moments alone. */
  Flux<ServerSentEvent<String>> moments(@Nullable String lastId) {
    return new Tab(lastId).label(moments(Position.of(lastId)));
  }

  /** Moments and changes. */
  Flux<ServerSentEvent<String>> momentsAndChanges(@Nullable String lastId) {
    Position position = Position.of(lastId);
    Flux<Part> changes =
        events
            .after(position.change())
            .<Part>map(Part.OfChange::new)
            .concatWithValues(new Part.End());
    return new Tab(lastId)
        .label(
            Flux.merge(moments(position), changes).takeWhile(part -> !(part instanceof Part.End)));
  }

  private Flux<Part> moments(Position position) {
    return Flux.defer(
        () -> {
          long[] last = {position.moment()};
          // A tick that was dropped or missed costs nothing: the next one brings both moments.
          return Flux.concat(Flux.just(-1L), ticks)
              .onBackpressureDrop()
              .concatMapIterable(_ -> since(last));
        });
  }

  private synchronized void keep(LiveFigures.Moment moment) {
    if (kept.size() == KEPT) {
      kept.removeFirst();
    }
    kept.addLast(new Kept(moment.millis(), mapper.writeValueAsString(moment)));
  }

  /**
   * What came after {@code last}, which moves on; for a tab that has nothing yet, the newest alone.
   */
  private synchronized List<Part> since(long[] last) {
    List<Part> later = new ArrayList<>();
    long oldest = last[0] == 0 ? System.currentTimeMillis() - FRESH_MILLIS : last[0];
    for (Kept moment : kept) {
      if (moment.millis() > oldest) {
        later.add(new Part.OfMoment(moment));
      }
    }
    if (last[0] == 0 && later.size() > 1) {
      later = List.of(later.getLast());
    }
    if (later.isEmpty()) {
      return later;
    }
    last[0] = ((Part.OfMoment) later.getLast()).kept().millis();
    return later;
  }

  /**
   * What a tab has seen: {@code <moment>/<change>}, either may be missing.
   *
   * @param moment 0: none
   */
  private record Position(long moment, @Nullable String change) {
    /** Anything that is no id of ours counts as none. */
    static Position of(@Nullable String id) {
      if (id == null || !id.matches("\\d{1,18}/[0-9a-f-]{0,40}")) {
        return new Position(0, null);
      }
      int slash = id.indexOf('/');
      String change = id.substring(slash + 1);
      return new Position(Long.parseLong(id.substring(0, slash)), change.isEmpty() ? null : change);
    }

    String id() {
      return moment + "/" + (change == null ? "" : change);
    }
  }

  /** One tab's. Its events come one after the other. */
  private final class Tab {
    private Position position;

    Tab(@Nullable String lastId) {
      position = Position.of(lastId);
    }

    Flux<ServerSentEvent<String>> label(Flux<Part> parts) {
      return parts.map(this::label);
    }

    private ServerSentEvent<String> label(Part part) {
      return switch (part) {
        case Part.OfMoment(Kept moment) -> {
          position = new Position(moment.millis(), position.change());
          yield event("moment", moment.json());
        }
        case Part.OfChange(ChangeEvent change) -> {
          position = new Position(position.moment(), change.id());
          yield event("change", mapper.writeValueAsString(change));
        }
        case Part.End _ -> throw new IllegalStateException("nothing is sent after the end");
      };
    }

    private ServerSentEvent<String> event(String name, String json) {
      return ServerSentEvent.builder(json).event(name).id(position.id()).build();
    }
  }
}
