package dev.javelin.service;

import dev.javelin.engine.Engine;
import dev.javelin.engine.request.GenerationEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Running answers to one call. Whoever holds it reads {@link #events} once or calls {@link #abort}.
 */
public final class Generation {
  /** What happened to the sequence {@code index}. */
  public record Event(int index, GenerationEvent event) {}

  // Events come from one output thread, except when an engine closes under it.
  private static final Sinks.EmitFailureHandler RETRY =
      Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1));

  private final Engine engine;
  private final CallWatch watch;
  private final List<String> ids;
  private final AtomicInteger open;
  private final AtomicBoolean aborted = new AtomicBoolean();
  private final Sinks.Many<Event> sink = Sinks.many().unicast().onBackpressureBuffer();

  Generation(Engine engine, String id, int sequences, CallWatch watch) {
    this.engine = engine;
    this.watch = watch;
    List<String> names = new ArrayList<>(sequences);
    for (int index = 0; index < sequences; index++) {
      names.add(sequenceId(id, index));
    }
    this.ids = List.copyOf(names);
    this.open = new AtomicInteger(sequences);
  }

  static String sequenceId(String id, int index) {
    return id + "-" + index;
  }

  void accept(int index, GenerationEvent event) {
    watch.event(index, event);
    if (!aborted.get()) {
      sink.emitNext(new Event(index, event), RETRY);
    }
    switch (event) {
      case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ -> {}
      case GenerationEvent.Finished _, GenerationEvent.Failed _ -> ended(1);
    }
  }

  /** So many sequences ended, or never began. */
  void ended(int sequences) {
    if (open.addAndGet(-sequences) == 0) {
      watch.ended();
      if (!aborted.get()) {
        sink.emitComplete(RETRY);
      }
    }
  }

  /** All events until every sequence ended; for one subscriber, whose cancelling aborts. */
  public Flux<Event> events() {
    return sink.asFlux().doOnCancel(this::abort);
  }

  /** Ends every sequence that still runs. */
  public void abort() {
    if (aborted.compareAndSet(false, true) && open.get() > 0) {
      ids.forEach(engine::abort);
    }
  }
}
