package dev.javelin.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.RopeSpec;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryEmbeddingTests {

  private static ModelConfig config(Map<String, Object> ropeScaling) {
    Map<String, Object> raw =
        new HashMap<>(
            Map.of(
                "model_type", "llama",
                "vocab_size", 100,
                "hidden_size", 64,
                "intermediate_size", 80,
                "num_hidden_layers", 2,
                "num_attention_heads", 4,
                "max_position_embeddings", 32,
                "rope_theta", 10_000));
    raw.put("rope_scaling", ropeScaling);
    return ModelConfig.from(raw);
  }

  private static Map<String, Object> scaling(String type) {
    Map<String, Object> scaling = new HashMap<>();
    scaling.put("rope_type", type);
    scaling.put("factor", 2.0);
    scaling.put("low_freq_factor", 1.0);
    scaling.put("high_freq_factor", 4.0);
    return scaling;
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "linear", "dynamic", "yarn", "llama3"})
  void lengthsShareAVariantExactlyIfTheyShareFrequencies(String type) {
    RopeSpec.Frequencies frequencies =
        RotaryEmbedding.spec(config(scaling(type)), null).frequencies();
    for (int a = 1; a <= 70; a++) {
      for (int b = 1; b <= 70; b++) {
        assertThat(frequencies.variant(a) == frequencies.variant(b))
            .as("%d and %d", a, b)
            .isEqualTo(Arrays.equals(frequencies.forLength(a), frequencies.forLength(b)));
      }
    }
  }

  @Test
  void dynamicScalingStartsFromThePlainFrequencies() {
    double[] plain = RotaryEmbedding.spec(config(Map.of()), null).frequencies().forLength(1);
    RopeSpec dynamic = RotaryEmbedding.spec(config(scaling("dynamic")), null);
    assertThat(dynamic.frequencies().forLength(32)).isEqualTo(plain);
    assertThat(dynamic.frequencies().forLength(33)[7]).isLessThan(plain[7]);
    assertThat(dynamic.maxPositions()).isEqualTo(64);
  }

  @Test
  void yarnReadsItsAttentionFactorOrDerivesIt() {
    Map<String, Object> scaling = scaling("yarn");
    assertThat(RotaryEmbedding.spec(config(scaling), null).attentionFactor())
        .isEqualTo((float) (0.1 * Math.log(2) + 1));
    scaling.put("attention_factor", 1.5);
    assertThat(RotaryEmbedding.spec(config(scaling), null).attentionFactor()).isEqualTo(1.5f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"factor", "low_freq_factor", "original_max_position_embeddings"})
  void absurdScalingIsRefusedByName(String key) {
    Map<String, Object> scaling = scaling("llama3");
    scaling.put(key, -1);
    ModelConfig config = config(scaling);
    assertThatThrownBy(() -> RotaryEmbedding.spec(config, null))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'rope_scaling." + key + "' is -1");
  }
}
