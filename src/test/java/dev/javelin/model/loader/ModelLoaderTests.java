package dev.javelin.model.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.backend.ReferenceBackend;
import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.ModelDriver;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelLoaderTests {
  private static final Map<String, Object> CONFIG =
      Map.of(
          "model_type", "llama",
          "vocab_size", 11,
          "hidden_size", 8,
          "intermediate_size", 12,
          "num_hidden_layers", 1,
          "num_attention_heads", 2,
          "num_key_value_heads", 1,
          "max_position_embeddings", 32);

  private final Map<String, PackedWeight> weights = new HashMap<>();
  private final Random random = new Random(7);

  ModelLoaderTests() {
    put("model.embed_tokens.weight", 11, 8);
    put("lm_head.weight", 11, 8);
    put("model.norm.weight", 1, 8);
    String layer = "model.layers.0.";
    put(layer + "input_layernorm.weight", 1, 8);
    put(layer + "post_attention_layernorm.weight", 1, 8);
    put(layer + "self_attn.q_proj.weight", 8, 8);
    put(layer + "self_attn.k_proj.weight", 4, 8);
    put(layer + "self_attn.v_proj.weight", 4, 8);
    put(layer + "self_attn.o_proj.weight", 8, 8);
    put(layer + "mlp.gate_proj.weight", 12, 8);
    put(layer + "mlp.up_proj.weight", 12, 8);
    put(layer + "mlp.down_proj.weight", 8, 12);
  }

  @Test
  void weightOfAnotherShapeIsRefusedWithBothShapes() {
    put("model.layers.0.mlp.up_proj.weight", 10, 8);
    assertThatThrownBy(this::load)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessage(
            "tensor 'model.layers.0.mlp.up_proj.weight' has shape [10, 8];"
                + " the configuration asks for [12, 8]");
  }

  @Test
  void vectorOfAnotherLengthIsRefusedWithBothShapes() {
    put("model.norm.weight", 1, 9);
    assertThatThrownBy(this::load)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'model.norm.weight' has shape [9]")
        .hasMessageContaining("[8]");
  }

  @Test
  void missingWeightIsNamed() {
    weights.remove("model.layers.0.self_attn.v_proj.weight");
    assertThatThrownBy(this::load)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model.layers.0.self_attn.v_proj.weight");
  }

  @Test
  void biasWithoutUseIsRefusedInsteadOfIgnored() {
    put("model.layers.0.self_attn.q_proj.bias", 1, 8);
    assertThatThrownBy(this::load)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("'model.layers.0.self_attn.q_proj.bias'");
  }

  @Test
  void nothingIsAllocatedBeforeTheLastWeightIsChecked() {
    put("model.layers.0.mlp.down_proj.weight", 8, 11);
    // a backend that is null would fail at the first allocation
    assertThatThrownBy(() -> loadOn(null)).isInstanceOf(UnsupportedModelException.class);
  }

  @Test
  void frequencyFactorsOfAnotherLengthAreRefused() {
    put("rope_freqs.weight", 1, 3);
    assertThatThrownBy(this::load)
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("rope_freqs.weight")
        .hasMessageContaining("[2]");
  }

  @Test
  void frequencyFactorsSlowTheirPairsDown() {
    int[] prompt = {3, 1, 4, 1, 5};
    float[][] plain = driver(load()).prefill(prompt, 5);
    put("rope_freqs.weight", new float[] {1, 1});
    assertThat(driver(load()).prefill(prompt, 5)).isDeepEqualTo(plain);
    put("rope_freqs.weight", new float[] {8, 8});
    float[][] slowed = driver(load()).prefill(prompt, 5);
    Map<String, Object> linear = new HashMap<>(CONFIG);
    linear.put("rope_scaling", Map.of("type", "linear", "factor", 8.0));
    weights.remove("rope_freqs.weight");
    Model model = ModelLoader.load(ModelConfig.from(linear), source(""), new ReferenceBackend());
    float[][] interpolated = driver(model).prefill(prompt, 5);
    assertThat(slowed[4][0]).isNotCloseTo(plain[4][0], within(1e-6f));
    assertThat(slowed).isDeepEqualTo(interpolated);
  }

  private Model load() {
    return loadOn(new ReferenceBackend());
  }

  @SuppressWarnings("NullAway") // one test passes null to prove that nothing is called
  private Model loadOn(@Nullable ReferenceBackend backend) {
    return ModelLoader.load(ModelConfig.from(CONFIG), source(""), backend);
  }

  private static ModelDriver driver(Model model) {
    return new ModelDriver(model, new ReferenceBackend(), 4, KvDType.F32, 8);
  }

  private void put(String name, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    weights.put(name, packed(name, rows, columns, values));
  }

  private void put(String name, float[] values) {
    weights.put(name, packed(name, 1, values.length, values));
  }

  private static PackedWeight packed(String name, int rows, int columns, float[] values) {
    // codecs read bytes, as from a file
    byte[] bytes = new byte[values.length * 4];
    MemorySegment data = MemorySegment.ofArray(bytes);
    data.copyFrom(MemorySegment.ofArray(values));
    return new PackedWeight(name, WeightFormat.F32, rows, columns, data);
  }

  private WeightSource source(String prefix) {
    return new WeightSource() {
      @Override
      public WeightSource scope(String name) {
        return source(prefix + name + ".");
      }

      @Override
      public boolean has(String name) {
        return weights.containsKey(prefix + name);
      }

      @Override
      public PackedWeight get(String name) {
        PackedWeight weight = weights.get(prefix + name);
        if (weight == null) {
          throw new CheckpointException(
              Path.of("test"), "tensor '" + prefix + name + "'", "is not there");
        }
        return weight;
      }

      @Override
      public float[] floats(String name) {
        PackedWeight weight = get(name);
        float[] values = new float[weight.columns()];
        weight.decodeRow(0, values, 0);
        return values;
      }
    };
  }
}
