package dev.javelin.fake;

import dev.javelin.engine.Engine;
import dev.javelin.engine.EngineStats;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.StructuredOutput;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.engine.sampling.grammar.GrammarRule;
import dev.javelin.engine.sampling.grammar.Grammars;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Plays a script to every request on one thread, and records what it was asked. Closing it ends
 * what runs; it may be loaded again.
 */
public final class FakeEngine implements Engine {
  public final BlockingQueue<GenerationRequest> requests = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> aborts = new LinkedBlockingQueue<>();
  private volatile Grammars grammars =
      new Grammars(new AsciiTokenizer(), 128, Duration.ofMinutes(5));
  private static final GenerationEvent CANCELLED =
      new GenerationEvent.Finished(
          FinishReason.CANCELLED, new Usage(0, 0, 0), new Timings(1, 2, 3));
  private final Queue<RequestTimeline> ended = new ConcurrentLinkedQueue<>();
  private final Map<String, GenerationListener> open = new ConcurrentHashMap<>();
  private final ExecutorService output =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private volatile List<GenerationEvent> script =
      List.of(
          new GenerationEvent.Finished(
              FinishReason.STOP, new Usage(0, 0, 0), new Timings(1, 2, 3)));
  private final Queue<List<GenerationEvent>> turns = new ConcurrentLinkedQueue<>();
  private volatile @Nullable ErrorCode refusal;
  private volatile boolean full;

  /** What the timelines say of every request. */
  public volatile int generatedTokens = 5;

  /** Answers with nothing but an end, and forgets what it was asked. */
  void reset() {
    says(FinishReason.STOP);
    turns.clear();
    requests.clear();
    aborts.clear();
    generatedTokens = 5;
    full = false;
  }

  /** A script of text pieces, one token each, and an end. */
  public void says(FinishReason reason, String... pieces) {
    refusal = null;
    List<GenerationEvent> events = new ArrayList<>();
    for (String piece : pieces) {
      events.add(new GenerationEvent.TextDelta(piece, new int[] {1}));
    }
    events.add(
        new GenerationEvent.Finished(reason, new Usage(0, pieces.length, 4), new Timings(1, 2, 3)));
    script = List.copyOf(events);
  }

  /** A script of any events. */
  public void plays(GenerationEvent... events) {
    refusal = null;
    script = List.of(events);
  }

  /** One script for each of the next requests. */
  @SafeVarargs
  public final void playsInTurn(List<GenerationEvent>... scripts) {
    turns.clear();
    turns.addAll(List.of(scripts));
  }

  /** A script of text pieces after which nothing comes until an abort. */
  public void hangsAfter(String... pieces) {
    says(FinishReason.STOP, pieces);
    script = script.subList(0, pieces.length);
  }

  /** A script that fails after one piece. */
  public void failsWith(ErrorCode code) {
    refusal = null;
    script =
        List.of(
            new GenerationEvent.TextDelta("half", new int[] {1}),
            new GenerationEvent.Failed(code, "it broke"));
  }

  /** Compiles no grammar until the latch is open. */
  public void compilesOnce(CountDownLatch open) {
    grammars = new Grammars(new AsciiTokenizer(open), 128, Duration.ofMinutes(5));
  }

  /** Every submission is refused. */
  public void refuses(ErrorCode code) {
    refusal = code;
  }

  /** Whether the queue has no room, for whoever looks before a submission. */
  public void isFull(boolean now) {
    full = now;
  }

  @Override
  public void checkRoom(Tenant tenant) {
    if (full) {
      throw new EngineException(ErrorCode.QUEUE_FULL, "the queue is full");
    }
  }

  @Override
  public GrammarRule rule(StructuredOutput wanted) {
    return grammars.rule(wanted);
  }

  @Override
  public void submit(GenerationRequest request, GenerationListener listener) {
    ErrorCode code = refusal;
    if (code != null) {
      throw new EngineException(code, "refused: " + code);
    }
    requests.add(request);
    open.put(request.id(), listener);
    List<GenerationEvent> turn = turns.poll();
    List<GenerationEvent> events = turn == null ? script : turn;
    output.execute(
        () -> {
          for (GenerationEvent event : events) {
            boolean last =
                event instanceof GenerationEvent.Finished
                    || event instanceof GenerationEvent.Failed;
            if (last && open.remove(request.id()) == null) {
              return;
            }
            if (last) {
              ending(request.id(), event);
            }
            listener.onEvent(
                event instanceof GenerationEvent.Finished(var reason, var usage, var timings)
                    ? new GenerationEvent.Finished(
                        reason,
                        new Usage(
                            request.promptTokenIds().length,
                            usage.completionTokens(),
                            usage.cachedTokens()),
                        timings)
                    : event);
          }
        });
  }

  @Override
  public void abort(String requestId) {
    aborts.add(requestId);
    end(requestId, CANCELLED);
  }

  private void end(String requestId, GenerationEvent event) {
    GenerationListener listener = open.remove(requestId);
    if (listener != null) {
      ending(requestId, event);
      output.execute(() -> listener.onEvent(event));
    }
  }

  @Override
  public EngineStats stats() {
    return EngineStats.idle(64);
  }

  @Override
  public List<RequestTimeline> timelines() {
    return List.copyOf(ended);
  }

  @Override
  public @Nullable RequestTimeline timeline(String requestId) {
    return open.containsKey(requestId)
        ? line(requestId, null, null)
        : Engine.super.timeline(requestId);
  }

  private RequestTimeline line(
      String id, @Nullable FinishReason finish, @Nullable ErrorCode error) {
    var waited = new RequestTimeline.Waited(1, 2, 3, 4, 5);
    return new RequestTimeline(
        id, "fake", 0, 7, 1, 2, 3, waited, 1, 2, 0.5, 1, 0, 3, 4, generatedTokens, finish, error);
  }

  /** As an engine does: before the listener hears of it. */
  private void ending(String id, GenerationEvent last) {
    ended.add(
        switch (last) {
          case GenerationEvent.Failed(var code, var message) -> line(id, null, code);
          case GenerationEvent.Finished finished -> line(id, finished.reason(), null);
          default -> throw new IllegalArgumentException("not a last event: " + last);
        });
  }

  @Override
  public boolean drain(Duration timeout) {
    refusal = ErrorCode.SHUTTING_DOWN;
    return true;
  }

  @Override
  public void close() {
    open.keySet()
        .forEach(
            id -> end(id, new GenerationEvent.Failed(ErrorCode.SHUTTING_DOWN, "it was closed")));
  }
}
