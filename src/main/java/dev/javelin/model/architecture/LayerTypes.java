package dev.javelin.model.architecture;

import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import java.util.List;

/** Which layers of the Qwen and SmolLM3 families see a sliding window only. */
final class LayerTypes {
  private LayerTypes() {}

  /**
   * Tokens that {@code layer} sees; 0: all. {@code layer_types} decides where there is one.
   *
   * @param slidesOtherwise whether this layer slides in a configuration without {@code layer_types}
   */
  static int slidingWindow(ModelConfig config, int layer, boolean slidesOtherwise) {
    ConfigValues values = config.values();
    if (!values.flag("use_sliding_window", false)) {
      return 0;
    }
    int absent = config.raw().containsKey("sliding_window") ? 0 : 4096;
    int window = values.integer("sliding_window", 1, Integer.MAX_VALUE, absent);
    List<?> types = values.list("layer_types", config.numLayers());
    if (types == null) {
      return slidesOtherwise ? window : 0;
    }
    Object type = types.get(layer);
    if ("sliding_attention".equals(type)) {
      return window;
    }
    if ("full_attention".equals(type)) {
      return 0;
    }
    throw values.refused("layer_types", type, "sliding_attention or full_attention in each entry");
  }

  /** Qwen's rule: the layers from {@code max_window_layers} on slide. */
  static int qwenWindow(ModelConfig config, int layer) {
    int first = config.values().integer("max_window_layers", 0, Integer.MAX_VALUE, 28);
    return slidingWindow(config, layer, layer >= first);
  }
}
