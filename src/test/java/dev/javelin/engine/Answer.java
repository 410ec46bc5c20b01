package dev.javelin.engine;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationEvent.Failed;
import dev.javelin.engine.request.GenerationEvent.Finished;
import dev.javelin.engine.request.GenerationEvent.PromptScored;
import dev.javelin.engine.request.GenerationEvent.TextDelta;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.TokenLogprobs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Collects one request's events. */
final class Answer implements GenerationListener {
  private final List<GenerationEvent> events = Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<GenerationEvent> last = new CompletableFuture<>();
  private final CompletableFuture<GenerationEvent> first = new CompletableFuture<>();

  @Override
  public void onEvent(GenerationEvent event) {
    events.add(event);
    first.complete(event);
    if (terminal(event) && !last.complete(event)) {
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
    return events.stream().filter(Answer::terminal).count();
  }

  private static boolean terminal(GenerationEvent event) {
    return !(event instanceof TextDelta || event instanceof PromptScored);
  }

  /** Of the prompt's tokens but the first; null if they were not told. */
  @Nullable List<TokenLogprobs> promptLogprobs() {
    last();
    for (GenerationEvent event : events) {
      if (event instanceof PromptScored scored) {
        return scored.logprobs();
      }
    }
    return null;
  }

  /** Of the answer's tokens. */
  List<TokenLogprobs> logprobs() {
    last();
    List<TokenLogprobs> all = new ArrayList<>();
    for (GenerationEvent event : events) {
      if (event instanceof TextDelta delta) {
        all.addAll(delta.logprobs());
      }
    }
    return all;
  }

  List<Integer> tokenIds() {
    last();
    List<Integer> all = new ArrayList<>();
    for (GenerationEvent event : events) {
      if (event instanceof TextDelta delta) {
        for (int id : delta.tokenIds()) {
          all.add(id);
        }
      }
    }
    return all;
  }

  private static GenerationEvent await(CompletableFuture<GenerationEvent> event) {
    return event.orTimeout(5, TimeUnit.MINUTES).join();
  }
}
