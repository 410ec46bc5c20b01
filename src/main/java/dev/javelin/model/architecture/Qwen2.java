package dev.javelin.model.architecture;

import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;

/**
 * Qwen2 and Qwen2.5 (Yang et al., 2024, <a href="https://arxiv.org/abs/2407.10671">2407.10671</a>):
 * biases on query, key and value; upper layers may see a sliding window.
 */
final class Qwen2 implements Architecture {
  @Override
  public LayerSpec layer(ModelConfig config, int layer) {
    return LayerSpec.plain()
        .withQkvBias(true)
        .withSlidingWindow(LayerTypes.qwenWindow(config, layer));
  }
}
