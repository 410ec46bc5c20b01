package dev.javelin.service;

import dev.javelin.engine.request.GenerationEvent;
import dev.javelin.engine.request.SamplingParams;

/** Hears of every call that is answered: for figures, traces and the audit. Must not block. */
public interface GenerationObserver {
  /**
   * A call that is about to be given to the engine.
   *
   * @param version of the model that answers, to the end
   * @param loadProfile it was loaded with
   * @param decodingProfile of the alias, as it was when the call came
   * @param promptTokens of all its prompts
   * @param sampling of its first sequence
   */
  record Begun(
      GenerationCall call,
      String version,
      String loadProfile,
      String decodingProfile,
      int promptTokens,
      SamplingParams sampling) {}

  /** What hears the rest of that call, from the engine's output thread. */
  Listener began(Begun call);

  interface Listener {
    /** Has nothing to do. */
    Listener SILENT =
        new Listener() {
          @Override
          public void event(int index, GenerationEvent event) {}

          @Override
          public void ended() {}
        };

    /** What happened to the sequence {@code index}, also after the caller left. */
    void event(int index, GenerationEvent event);

    /** Every sequence has ended. Called once, after the last event. */
    void ended();
  }
}
