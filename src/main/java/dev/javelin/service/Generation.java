package dev.javelin.service;

import dev.javelin.catalog.ModelVersion;
import dev.javelin.engine.LoadedModel;
import dev.javelin.engine.beam.BeamSearch;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.Timings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Running answers to one call. Whoever holds it reads {@link #events} once or calls {@link #abort}.
 * It keeps its lease on the model until its last sequence ended.
 */
public final class Generation {
  /** What happened to the sequence {@code index}. */
  public record Event(int index, GenerationEvent event) {}

  // Events come from one output thread, except when an engine closes under it.
  private static final Sinks.EmitFailureHandler RETRY =
      Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1));

  private final GenerationCall call;
  private final SamplingOverrides sampling;
  private final Instance.Lease lease;
  private final RunningRequests requests;
  private final CallWatch watch;
  private final Instant startedAt;
  private final List<Runnable> aborts = new CopyOnWriteArrayList<>();
  private final List<GenerationRequest> sequences;
  private final AtomicInteger open;
  private final AtomicBoolean aborted = new AtomicBoolean();
  private final Sinks.Many<Event> sink = Sinks.many().unicast().onBackpressureBuffer();
  private final List<String> finishReasons = new ArrayList<>();
  private int promptTokens;
  private int completionTokens;
  private int cachedTokens;
  private boolean failed;
  private boolean engineFailed;
  private @Nullable Timings timings;

  /**
   * @param sampling in force
   * @param sequences one for each answer, prompt by prompt
   */
  Generation(
      GenerationCall call,
      SamplingOverrides sampling,
      List<GenerationRequest> sequences,
      Instance.Lease lease,
      RunningRequests requests,
      CallWatch watch,
      Instant startedAt) {
    this.call = call;
    this.sampling = sampling;
    this.sequences = sequences;
    this.watch = watch;
    this.lease = lease;
    this.requests = requests;
    this.startedAt = startedAt;
    this.open = new AtomicInteger(call.sequences());
  }

  String id() {
    return call.id();
  }

  /** What the model that answers was loaded from. */
  public ModelVersion version() {
    return lease.instance().version();
  }

  /** The model that answers, whatever its alias stands for meanwhile. */
  public LoadedModel model() {
    return lease.model();
  }

  Instance instance() {
    return lease.instance();
  }

  static String sequenceId(String id, int index) {
    return id + "-" + index;
  }

  /** The prompt of the sequence {@code index}, as the model sees it; not to be changed. */
  public int[] promptTokenIds(int index) {
    return sequences.get(index).promptTokenIds();
  }

  /** Says how to end some of its sequences, before they begin. */
  void endsBy(Runnable abort) {
    aborts.add(abort);
  }

  void accept(int index, GenerationEvent event) {
    watch.event(index, event);
    note(event);
    boolean last =
        switch (event) {
          case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _ -> false;
          case GenerationEvent.Finished _, GenerationEvent.Failed _ -> open.decrementAndGet() == 0;
        };
    if (last) {
      settle();
    }
    if (!aborted.get()) {
      sink.emitNext(new Event(index, event), RETRY);
    }
    if (last) {
      close();
    }
  }

  /** Hears of the answers of a search, numbered from {@code first}. */
  BeamSearch.Listener searched(int first) {
    return new BeamSearch.Listener() {
      @Override
      public void onEvent(int rank, GenerationEvent event) {
        accept(first + rank, event);
      }

      @Override
      public void onAbsent(int answers) {
        ended(answers);
      }
    };
  }

  private synchronized void note(GenerationEvent event) {
    switch (event) {
      case GenerationEvent.TextDelta delta -> completionTokens += delta.tokenIds().length;
      case GenerationEvent.PromptScored _ -> {}
      case GenerationEvent.Finished finished -> {
        finishReasons.add(finished.reason().name().toLowerCase(Locale.ROOT));
        promptTokens += finished.usage().promptTokens();
        cachedTokens += finished.usage().cachedTokens();
        timings = finished.timings();
      }
      case GenerationEvent.Failed(ErrorCode code, String message) -> {
        finishReasons.add(code.name().toLowerCase(Locale.ROOT));
        failed = true;
        engineFailed |= code.kind() == ErrorCode.Kind.INTERNAL;
      }
    }
  }

  /** So many sequences ended, or never began. */
  void ended(int sequences) {
    if (sequences > 0 && open.addAndGet(-sequences) == 0) {
      settle();
      close();
    }
  }

  /** Before the caller hears of the end, so that its next call finds everything counted. */
  private void settle() {
    watch.ended();
    requests.remove(this);
    report();
  }

  private void close() {
    lease.close();
    if (!aborted.get()) {
      sink.emitComplete(RETRY);
    }
  }

  private synchronized void report() {
    var breaker = lease.instance().breaker();
    if (engineFailed) {
      breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("the engine failed"));
    } else if (failed || timings == null) {
      breaker.releasePermission();
    } else {
      breaker.onSuccess(timings.totalNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** All events until every sequence ended; for one subscriber, whose cancelling aborts. */
  public Flux<Event> events() {
    return sink.asFlux().doOnCancel(this::abort);
  }

  /** Ends every sequence that still runs; nobody listens any more. */
  public void abort() {
    if (aborted.compareAndSet(false, true)) {
      cancel();
    }
  }

  /** Ends every sequence that still runs, and lets the listener hear it. */
  void cancel() {
    if (open.get() > 0) {
      aborts.forEach(Runnable::run);
    }
  }

  /** A search has one for all its answers. */
  private List<RequestTimeline> timelines() {
    List<RequestTimeline> timelines = new ArrayList<>();
    for (GenerationRequest sequence : sequences) {
      RequestTimeline timeline = model().engine().timeline(sequence.id());
      if (timeline != null) {
        timelines.add(timeline);
      }
    }
    return List.copyOf(timelines);
  }

  synchronized RunningRequests.View view(@Nullable Instant finishedAt) {
    Timings known = timings;
    boolean cancelled = aborted.get() || finishReasons.contains("cancelled");
    String state =
        finishedAt == null ? "running" : failed ? "failed" : cancelled ? "cancelled" : "finished";
    return new RunningRequests.View(
        call.id(),
        call.origin().requestId(),
        call.caller().name(),
        call.model(),
        version().label(),
        lease.instance().id(),
        state,
        call.sequences(),
        promptTokens,
        completionTokens,
        cachedTokens,
        List.copyOf(finishReasons),
        known == null ? null : known.queuedNanos() / 1e6,
        known == null ? null : known.firstTokenNanos() / 1e6,
        known == null ? null : known.totalNanos() / 1e6,
        startedAt,
        finishedAt,
        sampling,
        sequences.getFirst().sampling().maxTokens(),
        timelines());
  }
}
