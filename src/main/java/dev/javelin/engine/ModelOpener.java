package dev.javelin.engine;

import java.nio.file.Path;

/** Loads a checkpoint into a running engine. */
public interface ModelOpener {
  /**
   * @param path a GGUF file, or a Hugging Face folder
   * @param progress hears each stage as it begins, and how much of it is done where it takes long
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE, UNSUPPORTED_MODEL or
   *     INSUFFICIENT_MEMORY; nothing stays allocated
   */
  LoadedModel open(Path path, LoadOptions options, LoadProgress progress);
}
