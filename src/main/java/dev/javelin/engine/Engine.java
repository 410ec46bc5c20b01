package dev.javelin.engine;

import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves one loaded model. Safe for use from many threads; nothing here blocks but the drains. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a request; its events arrive in order on the engine's output thread.
   *
   * @throws dev.javelin.engine.request.EngineException CONTEXT_LENGTH_EXCEEDED, INVALID_REQUEST,
   *     QUEUE_FULL, INSUFFICIENT_MEMORY, ENGINE_FAILED or SHUTTING_DOWN; then no event arrives
   */
  void submit(GenerationRequest request, GenerationListener listener);

  /**
   * Refuses a request that {@link #submit} would refuse for a full queue, before anything is spent
   * on its prompt. It reserves nothing: the room may be gone when the request comes.
   *
   * @throws dev.javelin.engine.request.EngineException QUEUE_FULL
   */
  default void checkRoom(Tenant tenant) {}

  /**
   * Ends a request within one step, in whatever phase it is, and frees its blocks. Its listener
   * hears Finished(CANCELLED). Unknown or ended ids are ignored.
   */
  void abort(String requestId);

  /**
   * The rule that keeps an answer to {@code output}, for {@link
   * dev.javelin.engine.request.SamplingParams#rule}. A request may be submitted with it at once; it
   * waits in the queue until the rule is compiled.
   *
   * @throws dev.javelin.engine.request.EngineException QUEUE_FULL if too many are being compiled
   */
  GrammarRule rule(StructuredOutput output);

  EngineStats stats();

  /** What became of the requests that ended last, the latest at the end; a few hundred. */
  List<RequestTimeline> timelines();

  /**
   * What became of one request so far: it runs, or was among those that ended last. Its listener's
   * last event comes after it ended here. Counts of a running one may lag by a step.
   *
   * @return null if it is not known
   */
  default @Nullable RequestTimeline timeline(String requestId) {
    return timelines().stream()
        .filter(timeline -> timeline.id().equals(requestId))
        .findFirst()
        .orElse(null);
  }

  /** Refuses new requests and waits for the running ones. @return whether all ended in time */
  boolean drain(Duration timeout);

  /** Fails what still runs with SHUTTING_DOWN and frees everything. */
  @Override
  void close();
}
