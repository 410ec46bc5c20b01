package dev.javelin.engine.request;

/** What a request's listener hears, in order; exactly one of Finished and Failed ends it. */
public sealed interface GenerationEvent {
  /**
   * New text, complete in UTF-8 and free of stop strings.
   *
   * @param tokenIds tokens sampled since the last event, never none unless the text is flushed late
   */
  record TextDelta(String text, int[] tokenIds) implements GenerationEvent {}

  record Finished(FinishReason reason, Usage usage, Timings timings) implements GenerationEvent {}

  record Failed(ErrorCode code, String message) implements GenerationEvent {}
}
