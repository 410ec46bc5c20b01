package dev.javelin.api.openai;

import dev.javelin.engine.beam.BeamParams;
import dev.javelin.engine.request.FinishReason;
import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.Tenant;
import dev.javelin.engine.request.Timings;
import dev.javelin.engine.request.Usage;
import dev.javelin.service.BestAnswers;
import dev.javelin.service.Generation;
import dev.javelin.service.GenerationCall;
import dev.javelin.service.Prompt;
import dev.javelin.service.SamplingOverrides;
import dev.javelin.service.Scores;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A chat or completion request as read from the wire.
 *
 * @param n answers to each prompt
 * @param usage which chunks of a stream carry it
 */
record OpenAiRequest(
    String model,
    List<Prompt> prompts,
    int n,
    SamplingOverrides sampling,
    Wanted wanted,
    int priority,
    String cacheSalt,
    boolean stream,
    StreamUsage usage) {

  /** Which chunks of a stream carry the usage: none, one of its own at the end, or all of them. */
  enum StreamUsage {
    NONE,
    LAST,
    EVERY
  }

  /**
   * What an answer tells beside its new text.
   *
   * @param logprobs how many of the likeliest tokens to show beside each; {@link Scores#NO}: no
   *     logprobs
   * @param promptLogprobs the same for the prompt
   * @param tokenIds whether logprobs name tokens by their ids
   * @param echo a completion begins with its prompt
   * @param noAnswer only the prompt is told, nothing is added to it
   * @param bestOf answers computed to each prompt, of which the likeliest {@code n} are told; 0:
   *     {@code n}
   * @param beams how they are searched for, its width in place of {@code bestOf}; null: each is
   *     sampled
   */
  record Wanted(
      int logprobs,
      int promptLogprobs,
      boolean tokenIds,
      boolean echo,
      boolean noAnswer,
      int bestOf,
      @Nullable BeamParams beams) {
    Scores scores() {
      return new Scores(
          bestOf > 0 ? Math.max(logprobs, 0) : logprobs,
          echo ? Math.max(logprobs, promptLogprobs) : promptLogprobs);
    }

    boolean echoesLogprobs() {
      return echo && logprobs >= 0;
    }
  }

  /** The events that the caller is to hear of. */
  Flux<Generation.Event> events(Generation generation) {
    Flux<Generation.Event> events = generation.events();
    if (wanted.beams() != null) {
      events = events.collectList().flatMapIterable(BestAnswers.first(computed(), n)::choose);
    } else if (wanted.bestOf() > 0) {
      events = events.collectList().flatMapIterable(BestAnswers.likeliest(computed(), n)::choose);
    }
    return wanted.noAnswer()
        ? events
            .filter(event -> !(event.event() instanceof GenerationEvent.TextDelta))
            .map(OpenAiRequest::withoutTokens)
        : events;
  }

  /** Answers that are computed to each prompt. */
  private int computed() {
    BeamParams beams = wanted.beams();
    if (beams != null) {
      return beams.width();
    }
    return wanted.bestOf() > 0 ? wanted.bestOf() : n;
  }

  /** Answers that are told. */
  int choices() {
    return prompts.size() * n;
  }

  /** The prompt of choice {@code index}, as the model sees it. */
  int[] promptTokenIds(Generation generation, int index) {
    return generation.promptTokenIds(index / n * computed());
  }

  private static Generation.Event withoutTokens(Generation.Event event) {
    return switch (event.event()) {
      case GenerationEvent.Finished(FinishReason reason, Usage usage, Timings timings) -> {
        FinishReason told = reason == FinishReason.CANCELLED ? reason : FinishReason.LENGTH;
        Usage prompt = new Usage(usage.promptTokens(), 0, usage.cachedTokens());
        yield new Generation.Event(
            event.index(), new GenerationEvent.Finished(told, prompt, timings));
      }
      case GenerationEvent.TextDelta _, GenerationEvent.PromptScored _, GenerationEvent.Failed _ ->
          event;
    };
  }

  GenerationCall call(String id, GenerationCall.Origin origin, Duration timeout) {
    return new GenerationCall(
        id,
        origin,
        model,
        prompts,
        computed(),
        sampling,
        wanted.scores(),
        wanted.beams(),
        new GenerationCall.Terms(
            new Tenant(origin.caller().tenant(), 1), priority, cacheSalt, timeout));
  }
}
