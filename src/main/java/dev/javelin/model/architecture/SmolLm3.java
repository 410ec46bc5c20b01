package dev.javelin.model.architecture;

import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;
import java.util.List;

/**
 * SmolLM3 (<a href="https://huggingface.co/blog/smollm3">Hugging Face, 2025</a>): some layers have
 * no rotary positions (Yang et al., 2025, <a
 * href="https://arxiv.org/abs/2501.18795">2501.18795</a>).
 */
final class SmolLm3 implements Architecture {
  @Override
  public LayerSpec layer(ModelConfig config, int layer) {
    ConfigValues values = config.values();
    boolean bias = values.flag("attention_bias", false);
    boolean rope = rope(config, layer);
    return LayerSpec.plain()
        .withRope(rope)
        .withQkvBias(bias)
        .withOutputBias(bias)
        .withMlpBias(values.flag("mlp_bias", false))
        .withSlidingWindow(LayerTypes.slidingWindow(config, layer, !rope));
  }

  private static boolean rope(ModelConfig config, int layer) {
    ConfigValues values = config.values();
    List<?> listed = values.list("no_rope_layers", config.numLayers());
    if (listed == null) {
      return (layer + 1) % values.integer("no_rope_layer_interval", 1, 1 << 20, 4) != 0;
    }
    // despite its name, 1 in the list means that the layer does rotate
    if (listed.get(layer) instanceof Number flag && (flag.intValue() & ~1) == 0) {
      return flag.intValue() == 1;
    }
    throw values.refused("no_rope_layers", listed.get(layer), "0 or 1 in each entry");
  }
}
