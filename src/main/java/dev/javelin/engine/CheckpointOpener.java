package dev.javelin.engine;

import dev.javelin.checkpoint.Checkpoint;
import dev.javelin.tokenizer.Tokenizer;

/** Loads a checkpoint that is already open, with a tokenizer of the caller's. */
public interface CheckpointOpener {
  /**
   * @param checkpoint closed with the model, or at once if this throws
   * @param tokenizer likewise
   * @throws dev.javelin.engine.request.EngineException as {@link ModelOpener#open}
   */
  LoadedModel open(
      Checkpoint checkpoint, Tokenizer tokenizer, LoadOptions options, LoadProgress progress);
}
