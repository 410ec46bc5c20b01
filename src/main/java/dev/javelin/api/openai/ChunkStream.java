package dev.javelin.api.openai;

import dev.javelin.api.ApiErrors;
import dev.javelin.api.ApiException;
import dev.javelin.api.JsonBodies;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Usage;
import dev.javelin.service.Generation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call's events as <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">
 * server-sent events</a>, each string a whole event or comment.
 */
final class ChunkStream {
  private static final String DONE = "data: [DONE]\n\n";
  private static final String COMMENT = ": keep-alive\n\n";

  private final AnswerFormat format;
  private final AnswerFormat.Head head;
  private final OpenAiRequest request;
  private final JsonBodies bodies;
  private final String requestId;
  private final UsageTotal usage;

  ChunkStream(
      AnswerFormat format,
      AnswerFormat.Head head,
      OpenAiRequest request,
      JsonBodies bodies,
      String requestId) {
    this.format = format;
    this.head = head;
    this.request = request;
    this.bodies = bodies;
    this.requestId = requestId;
    this.usage = new UsageTotal(request.n());
  }

  /**
   * @param keepAlive silence after which a comment is sent
   */
  Flux<String> of(Generation generation, int sequences, Duration keepAlive) {
    AtomicBoolean spoke = new AtomicBoolean(true);
    Sinks.Empty<Void> ended = Sinks.empty();
    Flux<String> opening =
        format.opensWithRole()
            ? Flux.range(0, sequences).map(index -> data(format.chunk(head, index, null, null)))
            : Flux.empty();
    Flux<String> events =
        generation
            .events()
            .map(this::chunk)
            .filter(chunk -> !chunk.isEmpty())
            .concatWith(Flux.defer(this::closing))
            .onErrorResume(
                ApiException.class, error -> Flux.just(data(ApiErrors.envelope(error)), DONE))
            .doOnNext(_ -> spoke.set(true))
            .doFinally(_ -> ended.tryEmitEmpty());
    Flux<String> comments =
        Flux.interval(keepAlive)
            .onBackpressureDrop()
            .filter(_ -> !spoke.getAndSet(false))
            .map(_ -> COMMENT)
            .takeUntilOther(ended.asMono());
    return opening.concatWith(Flux.merge(events, comments));
  }

  /** An error here cancels the events, which ends the call's other sequences. */
  private String chunk(Generation.Event event) {
    int index = event.index();
    return switch (event.event()) {
      case GenerationEvent.PromptScored _ -> "";
      case GenerationEvent.TextDelta delta -> data(format.chunk(head, index, delta.text(), null));
      case GenerationEvent.Finished(FinishReason reason, Usage used, _) -> {
        if (reason == FinishReason.CANCELLED) {
          throw WholeAnswer.cancelled();
        }
        usage.add(index, used);
        yield data(format.chunk(head, index, "", reason));
      }
      case GenerationEvent.Failed failed ->
          throw ApiErrors.from(failed.code(), failed.message(), requestId);
    };
  }

  private Flux<String> closing() {
    if (!request.includeUsage()) {
      return Flux.just(DONE);
    }
    ObjectNode last = format.chunk(head);
    last.putArray("choices");
    AnswerFormat.usage(last, usage.total());
    return Flux.just(data(last), DONE);
  }

  private String data(ObjectNode body) {
    if (request.includeUsage() && !body.has("usage") && !body.has("error")) {
      body.putNull("usage");
    }
    return "data: " + bodies.text(body) + "\n\n";
  }
}
