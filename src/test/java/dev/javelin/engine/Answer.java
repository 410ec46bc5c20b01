package dev.javelin.engine;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Collects one request's events. */
final class Answer implements GenerationListener {
  private final List<GenerationEvent> events = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<GenerationEvent> last = new CompletableFuture<>();
  private final CompletableFuture<GenerationEvent> first = new CompletableFuture<>();

  @Override
  public void onEvent(GenerationEvent event) {
    events.add(event);
    first.complete(event);
    if (!(event instanceof TextDelta) && !last.complete(event)) {
      events.add(event);
    }
  }

  GenerationEvent first() {
    return await(first);
  }

  GenerationEvent last() {
    return await(last);
  }

  Finished finished() {
    return (Finished) last();
  }

  Failed failed() {
    return (Failed) last();
  }

  String text() {
    last();
    StringBuilder text = new StringBuilder();
    for (GenerationEvent event : events) {
      if (event instanceof TextDelta delta) {
        text.append(delta.text());
      }
    }
    return text.toString();
  }

  /** All events so far. */
  List<GenerationEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  /** Events that ended the request; a correct engine gives one. */
  long terminals() {
    return events.stream().filter(event -> !(event instanceof TextDelta)).count();
  }

  private static GenerationEvent await(CompletableFuture<GenerationEvent> event) {
    return event.orTimeout(30, TimeUnit.SECONDS).join();
  }
}
