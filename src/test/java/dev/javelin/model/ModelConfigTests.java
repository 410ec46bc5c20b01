package dev.javelin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.model.loader.ModelLoader;
import dev.javelin.model.nn.RopeScaling;
import dev.javelin.model.nn.RotaryEmbedding;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ModelConfigTests {

  static Map<String, Object> valid() {
    return new HashMap<>(
        Map.of(
            "model_type", "llama",
            "vocab_size", 100,
            "hidden_size", 64,
            "intermediate_size", 80,
            "num_hidden_layers", 2,
            "num_attention_heads", 4,
            "max_position_embeddings", 256));
  }

  static Stream<String> families() {
    return GoldenModel.FAMILIES.stream();
  }

  @ParameterizedTest
  @MethodSource("families")
  void bothGenerationsOfConfigurationMeanTheSame(String family) {
    GoldenModel golden = GoldenModel.require(family);
    ModelConfig published = golden.config("config.json");
    ModelConfig rewritten = golden.config("config.transformers5.json");
    assertThat(rewritten).usingRecursiveComparison().ignoringFields("raw").isEqualTo(published);
    assertThat(ModelLoader.layers(rewritten)).isEqualTo(ModelLoader.layers(published));
    assertThat(RopeScaling.from(rewritten)).isEqualTo(RopeScaling.from(published));
    assertThat(RotaryEmbedding.theta(rewritten)).isEqualTo(RotaryEmbedding.theta(published));
  }

  @Test
  void defaultsFollowFromTheRequiredValues() {
    ModelConfig config = ModelConfig.from(valid());
    assertThat(config.headDim()).isEqualTo(16);
    assertThat(config.numKvHeads()).isEqualTo(4);
    assertThat(config.tiedEmbeddings()).isFalse();
    assertThat(config.contextLength()).isEqualTo(256);
  }

  @Test
  void scalingsThatExtendTheContextDo() {
    Map<String, Object> raw = valid();
    raw.put("rope_scaling", Map.of("type", "dynamic", "factor", 2.0));
    assertThat(ModelConfig.from(raw).contextLength()).isEqualTo(512);
    raw.put(
        "rope_scaling",
        Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 256));
    assertThat(ModelConfig.from(raw).contextLength()).isEqualTo(1024);
  }

  static Stream<Arguments> absurdities() {
    return Stream.of(
        Arguments.of("vocab_size", null),
        Arguments.of("vocab_size", 0),
        Arguments.of("vocab_size", "many"),
        Arguments.of("hidden_size", 64.5),
        Arguments.of("hidden_size", 63),
        Arguments.of("hidden_size", Long.MAX_VALUE),
        Arguments.of("hidden_size", BigInteger.ONE.shiftLeft(64).add(BigInteger.TWO)),
        Arguments.of("intermediate_size", -1),
        Arguments.of("num_hidden_layers", 1_000_000),
        Arguments.of("num_attention_heads", 0),
        Arguments.of("num_key_value_heads", 3),
        Arguments.of("num_key_value_heads", 8),
        Arguments.of("head_dim", 15),
        Arguments.of("max_position_embeddings", Integer.MAX_VALUE),
        Arguments.of("rms_norm_eps", Double.NaN),
        Arguments.of("tie_word_embeddings", "yes"),
        Arguments.of("model_type", null));
  }

  @ParameterizedTest
  @MethodSource("absurdities")
  void absurdValueIsRefusedByName(String key, @Nullable Object value) {
    Map<String, Object> raw = valid();
    raw.put(key, value);
    assertThatThrownBy(() -> ModelConfig.from(raw))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageContaining(value == null ? "missing" : value.toString());
  }

  /** Their weights would be read without their scales, or not all of them. */
  @Test
  void whatWouldBeServedWronglyIsRefused() {
    Map<String, Object> raw = valid();
    raw.put("quantization_config", Map.of("quant_method", "fp8"));
    assertThatThrownBy(() -> ModelConfig.from(raw))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'quantization_config' is fp8; it must be absent");
    raw.remove("quantization_config");
    raw.put("num_local_experts", 8);
    assertThatThrownBy(() -> ModelConfig.from(raw))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'num_local_experts' is 8");
    raw.put("num_local_experts", 0);
    assertThat(ModelConfig.from(raw).numLayers()).isEqualTo(2);
  }

  @Test
  void unknownArchitectureListsTheSupported() {
    Map<String, Object> raw = valid();
    raw.put("model_type", "mamba");
    assertThatThrownBy(() -> ModelLoader.layers(ModelConfig.from(raw)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("mamba")
        .hasMessageContaining("llama, mistral, qwen2, qwen3, smollm3");
  }

  @Test
  void unknownRopeScalingIsRefusedByName() {
    Map<String, Object> raw = valid();
    raw.put("rope_scaling", Map.of("rope_type", "longrope"));
    assertThatThrownBy(() -> RopeScaling.from(ModelConfig.from(raw)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'rope_scaling.rope_type' is longrope");
  }

  @Test
  void unknownLayerTypeIsRefusedByName() {
    Map<String, Object> raw = valid();
    raw.put("model_type", "qwen2");
    raw.put("use_sliding_window", true);
    raw.put("sliding_window", 8);
    raw.put("layer_types", List.of("full_attention", "chunked_attention"));
    assertThatThrownBy(() -> ModelLoader.layers(ModelConfig.from(raw)))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("chunked_attention");
  }
}
