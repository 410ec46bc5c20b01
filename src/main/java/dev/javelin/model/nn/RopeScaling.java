package dev.javelin.model.nn;

import dev.javelin.model.ConfigValues;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import java.util.Map;

/**
 * How a model stretches its rotary frequencies beyond the length it was trained for. The names and
 * meanings of the settings are those of transformers' {@code rope_parameters}.
 */
public sealed interface RopeScaling {

  /** No scaling. */
  record None() implements RopeScaling {}

  /** Position interpolation (Chen et al., 2023, arXiv:2306.15595). */
  record Linear(double factor) implements RopeScaling {}

  /** NTK-aware base that grows with the sequence once it is longer than {@code original} tokens. */
  record DynamicNtk(double factor, int original) implements RopeScaling {}

  /**
   * YaRN (Peng et al., 2023, arXiv:2309.00071).
   *
   * @param attentionFactor cos and sin are multiplied by it
   * @param truncate whether the corrected range is widened to whole dimensions
   */
  record Yarn(
      double factor,
      int original,
      double betaFast,
      double betaSlow,
      double attentionFactor,
      boolean truncate)
      implements RopeScaling {}

  /** Llama 3.1's smooth split by wavelength (Grattafiori et al., 2024, arXiv:2407.21783). */
  record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int original)
      implements RopeScaling {}

  /**
   * @throws UnsupportedModelException for an unknown {@code rope_type} or a value out of bounds
   */
  static RopeScaling from(ModelConfig config) {
    ConfigValues rope = config.ropeValues();
    for (Map.Entry<String, Object> entry : rope.values().entrySet()) {
      if (entry.getValue() instanceof Map<?, ?>) {
        throw rope.refused(
            entry.getKey(), entry.getValue(), "a plain value, not one per layer type");
      }
    }
    String type = rope.text("rope_type", rope.text("type", "default"));
    int trained = config.values().integer("max_position_embeddings", 1, Integer.MAX_VALUE);
    return switch (type) {
      case "default" -> new None();
      case "linear" -> new Linear(factor(rope));
      case "dynamic" -> new DynamicNtk(factor(rope), trained);
      case "yarn" -> yarn(rope, original(rope, trained));
      case "llama3" ->
          new Llama3(
              factor(rope),
              rope.number("low_freq_factor", 1e-6, 1e6),
              rope.number("high_freq_factor", 1e-6, 1e6),
              original(rope, trained));
      default ->
          throw rope.refused("rope_type", type, "one of default, linear, dynamic, yarn, llama3");
    };
  }

  private static Yarn yarn(ConfigValues rope, int original) {
    double factor = factor(rope);
    double attentionFactor = magnitude(factor, 1);
    if (rope.has("attention_factor")) {
      attentionFactor = rope.number("attention_factor", 1e-6, 1e6);
    } else if (rope.has("mscale") && rope.has("mscale_all_dim")) {
      attentionFactor =
          magnitude(factor, rope.number("mscale", 0, 1e6))
              / magnitude(factor, rope.number("mscale_all_dim", 0, 1e6));
    }
    return new Yarn(
        factor,
        original,
        rope.number("beta_fast", 1e-6, 1e6, 32),
        rope.number("beta_slow", 1e-6, 1e6, 1),
        attentionFactor,
        rope.flag("truncate", true));
  }

  private static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private static double factor(ConfigValues rope) {
    return rope.number("factor", 1, 1 << 20);
  }

  private static int original(ConfigValues rope, int trained) {
    return rope.integer("original_max_position_embeddings", 1, Integer.MAX_VALUE, trained);
  }
}
