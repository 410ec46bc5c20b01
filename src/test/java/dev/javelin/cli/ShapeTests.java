package dev.javelin.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.model.ModelConfig;
import dev.javelin.model.loader.ModelLoader;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ShapeTests {
  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K"})
  void randomWeightsKeepActivationsFinite(WeightFormat format) {
    try (ShapeCheckpoint checkpoint = new ShapeCheckpoint(Shape.QWEN3_0_6B, format)) {
      PackedWeight weight = checkpoint.get("model.layers.3.mlp.down_proj.weight");
      assertThat(weight.format()).isEqualTo(format);
      float[] row = new float[weight.columns()];
      weight.decodeRow(weight.rows() - 1, row, 0);
      double squares = 0;
      for (float value : row) {
        squares += (double) value * value;
      }
      assertThat(Math.sqrt(squares / row.length)).isBetween(0.005, 0.1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyShapeIsAModelThatCanBeLoaded(Shape shape) {
    ModelConfig config = ModelConfig.from(shape.config());
    assertThat(ModelLoader.layers(config)).hasSize(shape.layers);
    assertThat(Shape.of(shape.label)).isSameAs(shape);
  }

  /** 7.505 billion weights: all of Llama 3.1 8B but its embedding table. */
  @Test
  void aStepReadsEverythingButTheEmbeddingTable() {
    try (ShapeCheckpoint checkpoint = new ShapeCheckpoint(Shape.LLAMA_3_1_8B, WeightFormat.BF16)) {
      assertThat(checkpoint.bytesPerStep()).isEqualTo(2L * 7_504_658_432L);
    }
  }

  @Test
  void blocksThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> new ShapeCheckpoint(Shape.SMOLLM2_135M, WeightFormat.Q4_K))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("576");
  }

  @Test
  void anUnknownShapeIsAnsweredWithTheKnownOnes() {
    assertThatThrownBy(() -> Shape.of("gpt-5"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("llama-3.1-8b");
  }
}
