package dev.javelin.engine;

import dev.javelin.model.ModelConfig;
import dev.javelin.tokenizer.ChatTemplate;
import dev.javelin.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that is ready to serve, with everything that belongs to it.
 *
 * @param chatTemplate null if the checkpoint has none: then only plain completions work
 * @param generationDefaults the checkpoint's generation_config, may be empty
 * @param effective the options as they came out, nothing zero
 */
public record LoadedModel(
    Path path,
    ModelConfig config,
    Tokenizer tokenizer,
    @Nullable ChatTemplate chatTemplate,
    Map<String, Object> generationDefaults,
    LoadOptions effective,
    LoadReport report,
    Engine engine)
    implements AutoCloseable {

  /** Ends the engine and frees weights and cache. */
  @Override
  public void close() {
    engine.close();
    tokenizer.close();
  }
}
