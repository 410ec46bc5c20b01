package dev.javelin.model.nn;

import dev.javelin.checkpoint.WeightSource;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.quant.PackedWeight;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one decoder layer, found and checked against the configuration. Matrices are still
 * mapped, so checking a whole model costs no memory to speak of.
 *
 * @param qkv query, key and value projections
 * @param gateUp gate and up projections
 */
record LayerWeights(
    LayerSpec spec,
    float[] attentionNorm,
    List<PackedWeight> qkv,
    float @Nullable [] qkvBias,
    float @Nullable [] queryNorm,
    float @Nullable [] keyNorm,
    PackedWeight output,
    float @Nullable [] outputBias,
    float[] mlpNorm,
    List<PackedWeight> gateUp,
    float @Nullable [] gateUpBias,
    PackedWeight down,
    float @Nullable [] downBias) {

  /**
   * @throws UnsupportedModelException naming a tensor whose shape is not the expected one, or that
   *     is there although this architecture has no use for it
   */
  static LayerWeights of(ModelConfig config, LayerSpec spec, CheckedWeights weights) {
    CheckedWeights attention = weights.scope("self_attn");
    CheckedWeights mlp = weights.scope("mlp");
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    int query = config.numHeads() * config.headDim();
    int keys = config.numKvHeads() * config.headDim();
    return new LayerWeights(
        spec,
        weights.vector("input_layernorm.weight", hidden),
        List.of(
            attention.matrix("q_proj.weight", query, hidden),
            attention.matrix("k_proj.weight", keys, hidden),
            attention.matrix("v_proj.weight", keys, hidden)),
        concatenated(
            attention.optionalVector(spec.qkvBias(), "q_proj.bias", query),
            attention.optionalVector(spec.qkvBias(), "k_proj.bias", keys),
            attention.optionalVector(spec.qkvBias(), "v_proj.bias", keys)),
        attention.optionalVector(spec.headNorm(), "q_norm.weight", config.headDim()),
        attention.optionalVector(spec.headNorm(), "k_norm.weight", config.headDim()),
        attention.matrix("o_proj.weight", hidden, query),
        attention.optionalVector(spec.outputBias(), "o_proj.bias", hidden),
        weights.vector("post_attention_layernorm.weight", hidden),
        List.of(
            mlp.matrix("gate_proj.weight", inner, hidden),
            mlp.matrix("up_proj.weight", inner, hidden)),
        concatenated(
            mlp.optionalVector(spec.mlpBias(), "gate_proj.bias", inner),
            mlp.optionalVector(spec.mlpBias(), "up_proj.bias", inner)),
        mlp.matrix("down_proj.weight", hidden, inner),
        mlp.optionalVector(spec.mlpBias(), "down_proj.bias", hidden));
  }

  private static float @Nullable [] concatenated(float[] @Nullable ... parts) {
    float[] all = new float[0];
    for (float[] part : parts) {
      if (part == null) {
        return null;
      }
      int end = all.length;
      all = Arrays.copyOf(all, end + part.length);
      System.arraycopy(part, 0, all, end, part.length);
    }
    return all;
  }

  /** A weight source that hands out nothing of another shape than asked for. */
  record CheckedWeights(WeightSource source, String path) {
    CheckedWeights scope(String name) {
      return new CheckedWeights(source.scope(name), path + name + ".");
    }

    PackedWeight matrix(String name, int rows, int columns) {
      PackedWeight weight = source.get(name);
      if (weight.rows() != rows || weight.columns() != columns) {
        throw mismatch(
            name,
            "[%d, %d]".formatted(weight.rows(), weight.columns()),
            "[%d, %d]".formatted(rows, columns));
      }
      return weight;
    }

    float[] vector(String name, int length) {
      float[] values = source.floats(name);
      if (values.length != length) {
        throw mismatch(name, "[%d]".formatted(values.length), "[%d]".formatted(length));
      }
      return values;
    }

    float @Nullable [] optionalVector(boolean wanted, String name, int length) {
      if (wanted) {
        return vector(name, length);
      }
      if (source.has(name)) {
        throw new UnsupportedModelException(
            "tensor '%s%s' is in the checkpoint, but its configuration gives it no use"
                .formatted(path, name));
      }
      return null;
    }

    private UnsupportedModelException mismatch(String name, String given, String expected) {
      return new UnsupportedModelException(
          "tensor '%s%s' has shape %s; the configuration asks for %s"
              .formatted(path, name, given, expected));
    }
  }
}
