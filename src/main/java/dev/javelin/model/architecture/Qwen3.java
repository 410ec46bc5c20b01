package dev.javelin.model.architecture;

import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;

/**
 * Qwen3, dense (Yang et al., 2025, <a href="https://arxiv.org/abs/2505.09388">2505.09388</a>):
 * query and key heads are normalised; no biases unless asked for.
 */
final class Qwen3 implements Architecture {
  @Override
  public LayerSpec layer(ModelConfig config, int layer) {
    boolean bias = config.values().flag("attention_bias", false);
    return LayerSpec.plain()
        .withHeadNorm()
        .withQkvBias(bias)
        .withOutputBias(bias)
        .withSlidingWindow(LayerTypes.qwenWindow(config, layer));
  }
}
