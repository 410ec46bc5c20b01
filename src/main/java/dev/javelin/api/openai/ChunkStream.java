package dev.javelin.api.openai;

import dev.javelin.api.ApiErrors;
import dev.javelin.api.ApiException;
import dev.javelin.api.JsonBodies;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.TokenLogprobs;
import dev.javelin.engine.request.Usage;
import dev.javelin.service.Generation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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
  private final AnswerExtras extras;
  private final OpenAiRequest request;
  private final Generation generation;
  private final JsonBodies bodies;
  private final String requestId;
  private final UsageTotal usage;

  /** Tokens told of each answer. */
  private final int[] told;

  ChunkStream(
      AnswerFormat format,
      AnswerFormat.Head head,
      AnswerExtras extras,
      OpenAiRequest request,
      Generation generation,
      JsonBodies bodies,
      String requestId) {
    this.format = format;
    this.head = head;
    this.extras = extras;
    this.request = request;
    this.generation = generation;
    this.bodies = bodies;
    this.requestId = requestId;
    this.usage = new UsageTotal(request.n());
    this.told = new int[request.choices()];
  }

  /**
   * @param keepAlive silence after which a comment is sent
   */
  Flux<String> of(int sequences, Duration keepAlive) {
    AtomicBoolean spoke = new AtomicBoolean(true);
    Sinks.Empty<Void> ended = Sinks.empty();
    Flux<String> opening =
        format.opensWithRole()
            ? Flux.range(0, sequences).map(index -> data(index, piece(index, null, null)))
            : Flux.empty();
    if (extras.opensAtOnce()) {
      opening =
          Flux.range(0, sequences)
              .map(index -> data(index, piece(index, extras.opening(index), null)));
    }
    Flux<String> events =
        request
            .events(generation)
            .map(this::chunk)
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
      case GenerationEvent.PromptScored scored -> data(index, prompt(index, scored.logprobs()));
      case GenerationEvent.TextDelta delta -> {
        told[index] += delta.tokenIds().length;
        yield data(
            index,
            format.chunk(head, index, delta.text(), null, extras.answer(index, delta.logprobs())));
      }
      case GenerationEvent.Finished(FinishReason reason, Usage used, _) -> {
        if (reason == FinishReason.CANCELLED) {
          throw WholeAnswer.cancelled();
        }
        usage.add(index, used);
        told[index] = used.completionTokens();
        yield data(index, piece(index, "", reason));
      }
      case GenerationEvent.Failed failed ->
          throw ApiErrors.from(failed.code(), failed.message(), requestId);
    };
  }

  private ObjectNode piece(int index, @Nullable String text, @Nullable FinishReason reason) {
    return format.chunk(head, index, text, reason, null);
  }

  /** The scores of a prompt, with its text where it is echoed and waited for them. */
  private ObjectNode prompt(int index, List<TokenLogprobs> scores) {
    String text = extras.opensAtOnce() ? "" : extras.opening(index);
    ObjectNode chunk =
        format.chunk(head, index, text, null, extras.opening(index, scores, List.of()));
    extras.putPrompt(chunk, index, scores);
    return chunk;
  }

  private Flux<String> closing() {
    if (request.usage() == OpenAiRequest.StreamUsage.NONE) {
      return Flux.just(DONE);
    }
    ObjectNode last = format.chunk(head);
    last.putArray("choices");
    AnswerFormat.usage(last, usage.total());
    return Flux.just(data(last), DONE);
  }

  /** A chunk of answer {@code index}. */
  private String data(int index, ObjectNode chunk) {
    switch (request.usage()) {
      case NONE -> {}
      case LAST -> chunk.putNull("usage");
      case EVERY ->
          AnswerFormat.usage(chunk, request.promptTokenIds(generation, index).length, told[index]);
    }
    return data(chunk);
  }

  private String data(ObjectNode body) {
    return "data: " + bodies.text(body) + "\n\n";
  }
}
