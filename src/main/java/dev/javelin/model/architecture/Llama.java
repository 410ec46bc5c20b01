package dev.javelin.model.architecture;

import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.nn.LayerSpec;

/**
 * Llama 1 to 3 (Touvron et al., 2023, <a href="https://arxiv.org/abs/2302.13971">2302.13971</a>;
 * Grattafiori et al., 2024, <a href="https://arxiv.org/abs/2407.21783">2407.21783</a>) and what
 * copies it, SmolLM2 among them: the plain layer, with biases where the configuration says so.
 */
final class Llama implements Architecture {
  @Override
  public LayerSpec layer(ModelConfig config, int layer) {
    ConfigValues values = config.values();
    boolean attentionBias = values.flag("attention_bias", false);
    return LayerSpec.plain()
        .withQkvBias(attentionBias)
        .withOutputBias(attentionBias)
        .withMlpBias(values.flag("mlp_bias", false));
  }
}
