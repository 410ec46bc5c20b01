package dev.javelin.engine;

import dev.javelin.engine.output.RequestOutput;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.request.RequestTimeline;
import dev.javelin.engine.request.WaitReason;
import dev.javelin.engine.scheduler.Sequence;
import dev.javelin.engine.scheduler.SequenceHistory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request between submission and end. Its sequence belongs to the engine thread; others read of
 * it what a {@link #timeline} has, which may lag.
 */
final class RunningRequest {
  final GenerationRequest request;
  final RequestOutput output;
  final Sequence sequence;

  /** Tokens after which the answer ends, whatever they are. */
  final int answerLimit;

  private final long submittedMillis = System.currentTimeMillis();
  private final long submittedNanos = System.nanoTime();
  private long startedNanos;
  private long firstTokenNanos;
  private volatile boolean sampled;
  volatile boolean started;
  boolean ended;

  /**
   * @param contextLength most tokens of prompt and answer
   */
  RunningRequest(
      GenerationRequest request,
      GenerationListener listener,
      int[] endTokenIds,
      int contextLength,
      Consumer<RunningRequest> stopFound) {
    this.request = request;
    output = new RequestOutput(request, listener, () -> stopFound.accept(this));
    sequence = new Sequence(request, endTokenIds);
    answerLimit =
        Math.min(request.sampling().maxTokens(), contextLength - sequence.numPromptTokens());
  }

  boolean expired(long now) {
    return request.deadlineNanos() != Long.MAX_VALUE && now - request.deadlineNanos() >= 0;
  }

  /** Notes the first step that holds it. */
  void start() {
    startedNanos = System.nanoTime();
    started = true;
    output.started(sequence.history().cachedTokens());
  }

  /** Notes a sampled token. */
  void sampled(long now) {
    if (!sampled) {
      firstTokenNanos = now;
      sampled = true;
    }
  }

  RequestTimeline timeline(@Nullable FinishReason finish, @Nullable ErrorCode error) {
    long now = System.nanoTime();
    SequenceHistory history = sequence.history();
    return new RequestTimeline(
        request.id(),
        request.tenant().id(),
        request.priority(),
        submittedMillis,
        (started ? startedNanos : now) - submittedNanos,
        sampled ? firstTokenNanos - submittedNanos : 0,
        now - submittedNanos,
        new RequestTimeline.Waited(
            history.waitedSteps(WaitReason.BUDGET),
            history.waitedSteps(WaitReason.SEQUENCES),
            history.waitedSteps(WaitReason.BLOCKS),
            history.waitedSteps(WaitReason.FAIRNESS),
            history.waitedSteps(WaitReason.CONSTRAINT)),
        history.chunks(),
        history.steps(),
        history.steps() == 0 ? 0 : (double) history.batchMates() / history.steps(),
        history.mostBatchMates(),
        history.preemptions(),
        sequence.numPromptTokens(),
        history.cachedTokens(),
        sequence.numOutputTokens(),
        finish,
        error);
  }
}
