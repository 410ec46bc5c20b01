package dev.javelin.model.architecture;

import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;

/** The recipe of one model family. */
@FunctionalInterface
public interface Architecture {
  /**
   * @param layer from 0
   * @throws dev.javelin.model.UnsupportedModelException naming a key this family cannot accept
   */
  LayerSpec layer(ModelConfig config, int layer);
}
