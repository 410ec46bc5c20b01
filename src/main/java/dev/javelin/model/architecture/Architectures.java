package dev.javelin.model.architecture;

import dev.javelin.model.UnsupportedModelException;

/** The supported families by their {@code model_type}. */
public final class Architectures {
  private Architectures() {}

  /**
   * @throws UnsupportedModelException listing the supported ones if {@code modelType} is not one
   */
  public static Architecture of(String modelType) {
    return switch (modelType) {
      case "llama" -> new Llama();
      case "mistral" -> new Mistral();
      case "qwen2" -> new Qwen2();
      case "qwen3" -> new Qwen3();
      case "smollm3" -> new SmolLm3();
      default ->
          throw new UnsupportedModelException(
              "configuration key 'model_type' is %s; supported are llama, mistral, qwen2, qwen3, smollm3"
                  .formatted(modelType));
    };
  }
}
