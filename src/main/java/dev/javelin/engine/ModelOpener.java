package dev.javelin.engine;

import java.nio.file.Path;
import java.util.function.Consumer;

/** Loads a checkpoint into a running engine. */
public interface ModelOpener {
  /**
   * @param path a GGUF file, or a Hugging Face folder
   * @param progress hears the name of each stage as it begins
   * @throws dev.javelin.engine.request.EngineException INVALID_MODEL_FILE, UNSUPPORTED_MODEL or
   *     INSUFFICIENT_MEMORY; nothing stays allocated
   */
  LoadedModel open(Path path, LoadOptions options, Consumer<String> progress);
}
