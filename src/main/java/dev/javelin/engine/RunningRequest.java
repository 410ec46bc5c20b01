package dev.javelin.engine;

import dev.javelin.engine.output.RequestOutput;
import dev.javelin.engine.request.GenerationListener;
import dev.javelin.engine.request.GenerationRequest;
import dev.javelin.engine.scheduler.Sequence;
import java.util.function.Consumer;

/** A request between submission and end. Its sequence belongs to the engine thread. */
final class RunningRequest {
  final GenerationRequest request;
  final RequestOutput output;
  final Sequence sequence;
  boolean started;
  boolean ended;

  RunningRequest(
      GenerationRequest request,
      GenerationListener listener,
      int[] endTokenIds,
      Consumer<RunningRequest> stopFound) {
    this.request = request;
    output = new RequestOutput(request, listener, () -> stopFound.accept(this));
    sequence = new Sequence(request.promptTokenIds(), request.sampling(), endTokenIds);
  }

  boolean expired(long now) {
    return request.deadlineNanos() != Long.MAX_VALUE && now - request.deadlineNanos() >= 0;
  }
}
