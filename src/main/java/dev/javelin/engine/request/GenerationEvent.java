package dev.javelin.engine.request;

import java.util.List;

/** What a request's listener hears, in order; exactly one of Finished and Failed ends it. */
public sealed interface GenerationEvent {
  /**
   * New text, complete in UTF-8 and free of stop strings.
   *
   * @param tokenIds tokens sampled since the last event, never none unless the text is flushed late
   * @param logprobs [tokenIds.length] where they were asked for, else empty
   */
  record TextDelta(String text, int[] tokenIds, List<TokenLogprobs> logprobs)
      implements GenerationEvent {
    public TextDelta(String text, int[] tokenIds) {
      this(text, tokenIds, List.of());
    }
  }

  /**
   * Comes once, before any text, where the logprobs of the prompt were asked for.
   *
   * @param logprobs [prompt tokens - 1] of each token but the first, which nothing predicts
   */
  record PromptScored(List<TokenLogprobs> logprobs) implements GenerationEvent {}

  record Finished(FinishReason reason, Usage usage, Timings timings) implements GenerationEvent {}

  record Failed(ErrorCode code, String message) implements GenerationEvent {}
}
