package dev.javelin.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What happened lately, for everyone who listens, and for those who were away a moment. */
@Component
public final class Events {
  private static final int KEPT = 2048;

  /** Ids of another life of the server must not look like ids of this one. */
  private final String epoch = UUID.randomUUID().toString().substring(0, 8);

  private final Deque<ChangeEvent> recent = new ArrayDeque<>();
  private final Sinks.Many<ChangeEvent> live = Sinks.many().multicast().directBestEffort();
  private long count;

  /** Tells everyone. */
  public synchronized void publish(String type, String key, @Nullable Object data) {
    ChangeEvent event = new ChangeEvent(epoch + "-" + ++count, type, key, data);
    if (recent.size() == KEPT) {
      recent.removeFirst();
    }
    recent.addLast(event);
    live.tryEmitNext(event);
  }

  /** Of the newest event: whoever reads the state from now on goes on with what comes after it. */
  public synchronized String lastId() {
    return epoch + "-" + count;
  }

  /**
   * Everything after the event {@code lastId}, then what comes. Where that event is not known any
   * more, a {@code reset} says that something was missed. Ends for a listener that is too slow.
   *
   * @param lastId null: only what comes
   */
  public synchronized Flux<ChangeEvent> after(@Nullable String lastId) {
    List<ChangeEvent> missed = lastId == null ? List.of() : since(lastId);
    // Subscribing under the lock leaves no gap between what was and what comes.
    Sinks.Many<ChangeEvent> joined =
        Sinks.many().unicast().onBackpressureBuffer(new ArrayBlockingQueue<>(2 * KEPT));
    missed.forEach(joined::tryEmitNext);
    var subscription =
        live.asFlux()
            .subscribe(
                event -> {
                  if (joined.tryEmitNext(event).isFailure()) {
                    // Too slow: it comes back with the last id it saw.
                    joined.tryEmitComplete();
                  }
                });
    return joined.asFlux().doFinally(_ -> subscription.dispose());
  }

  private List<ChangeEvent> since(String lastId) {
    List<ChangeEvent> later = new ArrayList<>();
    boolean found = lastId.equals(epoch + "-0");
    for (ChangeEvent event : recent) {
      if (found) {
        later.add(event);
      }
      found |= event.id().equals(lastId);
    }
    return found ? later : List.of(reset());
  }

  private ChangeEvent reset() {
    return new ChangeEvent(epoch + "-" + count, "reset", "", null);
  }
}
