package dev.javelin.model.architecture;

import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;

/**
 * Mistral 7B and its successors (Jiang et al., 2023, <a
 * href="https://arxiv.org/abs/2310.06825">2310.06825</a>): every layer sees a sliding window,
 * unless {@code sliding_window} is null.
 */
final class Mistral implements Architecture {
  @Override
  public LayerSpec layer(ModelConfig config, int layer) {
    ConfigValues values = config.values();
    // an absent key and an explicit null differ: the former means the published default
    int absent = config.raw().containsKey("sliding_window") ? 0 : 4096;
    return LayerSpec.plain()
        .withSlidingWindow(values.integer("sliding_window", 1, Integer.MAX_VALUE, absent));
  }
}
