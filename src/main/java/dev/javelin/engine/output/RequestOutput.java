package dev.javelin.engine.output;

import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import org.jspecify.annotations.Nullable;

/** One request's way out. The engine thread posts what happens; the output thread tells it. */
public final class RequestOutput {
  final GenerationRequest request;
  final GenerationListener listener;
  final Runnable stopFound;
  final long submittedNanos = System.nanoTime();

  /** Output thread only. */
  @Nullable AnswerText answer;

  /** Output thread only: the last event is told. */
  boolean done;

  private volatile long startedNanos;
  private volatile int cachedTokens;
  private volatile boolean started;

  /**
   * @param stopFound called on the output thread when the answer is complete, or nobody can hear
   *     it, before its sequence ended; must end that sequence
   */
  public RequestOutput(GenerationRequest request, GenerationListener listener, Runnable stopFound) {
    this.request = request;
    this.listener = listener;
    this.stopFound = stopFound;
  }

  public GenerationRequest request() {
    return request;
  }

  /** Notes the first step that holds the request, and the prompt tokens it need not compute. */
  public void started(int cachedTokens) {
    this.cachedTokens = cachedTokens;
    startedNanos = System.nanoTime();
    started = true;
  }

  int cachedTokens() {
    return cachedTokens;
  }

  long queuedNanos(long now) {
    return (started ? startedNanos : now) - submittedNanos;
  }
}
