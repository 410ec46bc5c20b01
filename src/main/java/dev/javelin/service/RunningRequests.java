package dev.javelin.service;

import dev.javelin.engine.request.RequestTimeline;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The calls that are being answered, and the last ones that were. */
@Component
public final class RunningRequests {
  private static final int KEPT = 500;

  /**
   * One call.
   *
   * @param requestId as its answer's X-Request-Id has it
   * @param caller on whose behalf
   * @param version the model's version that answers it, to the end
   * @param state running, finished, failed or cancelled
   * @param finishReasons of its sequences, as far as they ended
   * @param sampling in force: the request's fields, over those of the decoding profile, over the
   *     checkpoint's; a field that is not here has its neutral value
   * @param maxTokens most tokens of its first answer
   * @param timelines of its sequences as far as the engine knows them; a beam search has one for
   *     each prompt
   */
  public record View(
      String id,
      String requestId,
      String caller,
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
      @Nullable Instant finishedAt,
      SamplingOverrides sampling,
      int maxTokens,
      List<RequestTimeline> timelines) {
    public Cursor cursor() {
      return new Cursor(startedAt, id);
    }

    /** What the audit keeps of a call that became {@code then}. */
    public Brief brief(String then) {
      return new Brief(id, model, version, then);
    }
  }

  /** A call without its figures. */
  public record Brief(String id, String model, String version, String state) {}

  /** A place in the list, which stays where it is when calls begin or end. */
  public record Cursor(Instant startedAt, String id) implements Comparable<Cursor> {
    private static final Comparator<Cursor> LATEST_FIRST =
        Comparator.comparing(Cursor::startedAt).thenComparing(Cursor::id).reversed();

    /**
     * @throws IllegalArgumentException if {@code text} is not what {@link #toString} wrote
     */
    public static Cursor parse(String text) {
      int end = text.indexOf('_');
      try {
        return new Cursor(
            Instant.parse(text.substring(0, Math.max(0, end))), text.substring(end + 1));
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("'%s' is no cursor of this list".formatted(text), e);
      }
    }

    @Override
    public int compareTo(Cursor other) {
      return LATEST_FIRST.compare(this, other);
    }

    @Override
    public String toString() {
      return startedAt + "_" + id;
    }
  }

  /** Which calls to list. */
  public enum Which {
    RUNNING,
    DONE
  }

  private final Clock clock;
  private final Map<String, Generation> running = new ConcurrentHashMap<>();
  private final Deque<View> done = new ArrayDeque<>();

  RunningRequests(Clock clock) {
    this.clock = clock;
  }

  void add(Generation generation) {
    running.put(generation.id(), generation);
  }

  /** It is in one of the two lists at any time, and the later it ends the later it says so. */
  void remove(Generation generation) {
    synchronized (done) {
      if (running.remove(generation.id()) != null) {
        if (done.size() == KEPT) {
          done.removeLast();
        }
        done.addFirst(generation.view(clock.instant()));
      }
    }
  }

  /**
   * Calls from the one that began last on.
   *
   * @param which null for all
   * @param after the call behind which the list begins; null for the first
   */
  public List<View> list(@Nullable Which which, @Nullable Cursor after, int limit) {
    List<Generation> alive;
    List<View> dead;
    synchronized (done) {
      alive = which == Which.DONE ? List.of() : List.copyOf(running.values());
      dead = which == Which.RUNNING ? List.of() : List.copyOf(done);
    }
    return Stream.concat(alive.stream().map(generation -> generation.view(null)), dead.stream())
        .filter(view -> after == null || after.compareTo(view.cursor()) < 0)
        .sorted(Comparator.comparing(View::cursor))
        .limit(limit)
        .toList();
  }

  public @Nullable View find(String id) {
    Generation generation;
    synchronized (done) {
      generation = running.get(id);
      if (generation == null) {
        return done.stream().filter(view -> view.id().equals(id)).findFirst().orElse(null);
      }
    }
    return generation.view(null);
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
