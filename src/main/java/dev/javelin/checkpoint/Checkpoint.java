package dev.javelin.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An opened checkpoint: mapped weights and the metadata around them. Closing unmaps the weights.
 */
public interface Checkpoint extends AutoCloseable {
  Path path();

  /** GGUF v3, safetensors …, for people. */
  String fileFormat();

  /**
   * The model's configuration in the vocabulary of Hugging Face's config.json, also for GGUF, whose
   * metadata is mapped to it once, here.
   */
  Map<String, Object> config();

  /** generation_config.json; empty if there is none. */
  Map<String, Object> generationConfig();

  /**
   * GGUF key-value metadata or safetensors {@code __metadata__}. Arrays are lists or primitive
   * arrays.
   */
  Map<String, Object> metadata();

  /** The folder's tokenizer.json, if there is one; else the tokenizer is in {@link #metadata()}. */
  Optional<Path> tokenizerJson();

  /** Jinja source of the default chat template. */
  Optional<String> chatTemplate();

  WeightSource weights();

  /** Every tensor under its name in the file. */
  List<TensorInfo> tensors();

  /**
   * Lets go of the physical memory behind the mapped weights, for when a backend has packed them
   * into its own. Whatever is read again comes back from the file.
   */
  void unload();

  @Override
  void close();
}
