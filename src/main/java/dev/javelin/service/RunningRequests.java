package dev.javelin.service;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The calls that are being answered, and the last ones that were. */
@Component
public final class RunningRequests {
  private static final int KEPT = 500;

  /**
   * One call.
   *
   * @param version the model's version that answers it, to the end
   * @param state running, finished, failed or cancelled
   * @param finishReasons of its sequences, as far as they ended
   */
  public record View(
      String id,
      String model,
      String version,
      UUID instance,
      String state,
      int sequences,
      int promptTokens,
      int completionTokens,
      int cachedTokens,
      List<String> finishReasons,
      @Nullable Double queuedMillis,
      @Nullable Double firstTokenMillis,
      @Nullable Double totalMillis,
      Instant startedAt,
      @Nullable Instant finishedAt) {}

  private final Clock clock;
  private final Map<String, Generation> running = new ConcurrentHashMap<>();
  private final Deque<View> done = new ArrayDeque<>();

  RunningRequests(Clock clock) {
    this.clock = clock;
  }

  void add(Generation generation) {
    running.put(generation.id(), generation);
  }

  void remove(Generation generation) {
    if (running.remove(generation.id()) != null) {
      View view = generation.view(clock.instant());
      synchronized (done) {
        if (done.size() == KEPT) {
          done.removeLast();
        }
        done.addFirst(view);
      }
    }
  }

  /** Oldest first. */
  public List<View> running() {
    return running.values().stream()
        .map(generation -> generation.view(null))
        .sorted(Comparator.comparing(View::startedAt))
        .toList();
  }

  /** Newest first. */
  public List<View> done() {
    synchronized (done) {
      return List.copyOf(done);
    }
  }

  public @Nullable View find(String id) {
    Generation generation = running.get(id);
    if (generation != null) {
      return generation.view(null);
    }
    return done().stream().filter(view -> view.id().equals(id)).findFirst().orElse(null);
  }

  /** Cancels a call; its client hears that it was. @return false if it does not run */
  public boolean cancel(String id) {
    Generation generation = running.get(id);
    if (generation == null) {
      return false;
    }
    generation.cancel();
    return true;
  }

  /** Cancels what runs on an instance. @return how many calls that were */
  int endAll(UUID instance) {
    List<Generation> ended =
        running.values().stream().filter(g -> g.instance().id().equals(instance)).toList();
    ended.forEach(Generation::cancel);
    return ended.size();
  }

  /** How many calls an instance answers. */
  public int count(UUID instance) {
    return (int) running.values().stream().filter(g -> g.instance().id().equals(instance)).count();
  }
}
