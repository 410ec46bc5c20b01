package dev.javelin.model.nn;

import dev.javelin.backend.Activation;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.Backend;
import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.model.ConfigValues;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.model.UnsupportedModelException;
import dev.javelin.quant.PackedWeight;
import dev.javelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Puts a decoder's weights on a backend, after every one of them has been checked. */
public final class LayerBuilder {
  private final ModelConfig config;
  private final Backend backend;
  private final Activation activation;

  private LayerBuilder(ModelConfig config, Backend backend, Activation activation) {
    this.config = config;
    this.backend = backend;
    this.activation = activation;
  }

  /**
   * @param specs one for each layer
   * @param done hears after each layer how much of the model is built, from 0 to 1
   * @throws UnsupportedModelException before anything is allocated on the backend, if the
   *     configuration or the shape of a weight does not fit
   */
  public static Model build(
      ModelConfig config,
      List<LayerSpec> specs,
      WeightSource source,
      Backend backend,
      DoubleConsumer done) {
    var weights = new LayerWeights.CheckedWeights(source, "");
    int vocab = config.vocabSize();
    int hidden = config.hiddenSize();
    PackedWeight embedding = weights.matrix("model.embed_tokens.weight", vocab, hidden);
    PackedWeight head =
        config.tiedEmbeddings() ? embedding : weights.matrix("lm_head.weight", vocab, hidden);
    weights.optionalVector(false, "lm_head.bias", vocab);
    float[] finalNorm = weights.vector("model.norm.weight", hidden);
    List<LayerWeights> layers = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      layers.add(LayerWeights.of(config, specs.get(i), weights.scope("model.layers." + i)));
    }
    float[] factors = source.has("rope_freqs.weight") ? source.floats("rope_freqs.weight") : null;
    RopeSpec rope = RotaryEmbedding.spec(config, factors);
    return new LayerBuilder(config, backend, activation(config))
        .model(embedding, layers, rope, finalNorm, head, done);
  }

  private Model model(
      PackedWeight embedding,
      List<LayerWeights> weights,
      RopeSpec ropeSpec,
      float[] finalNorm,
      PackedWeight head,
      DoubleConsumer done) {
    RopeTable rope = backend.ropeTable(ropeSpec);
    List<PreNormLayer> layers = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      layers.add(layer(i, weights.get(i), rope));
      // The embedding and the head, which follow, are counted as one layer more.
      done.accept((i + 1) / (weights.size() + 1.0));
    }
    return new CausalLm(
        config,
        backend,
        backend.embedding(embedding),
        layers,
        norm(finalNorm),
        backend.linear(List.of(head), null),
        attentionWindow(weights),
        ropeSpec.frequencies().variant(config.contextLength()) != 0);
  }

  private static int attentionWindow(List<LayerWeights> layers) {
    int widest = 0;
    for (LayerWeights layer : layers) {
      if (layer.spec().slidingWindow() == 0) {
        return 0;
      }
      widest = Math.max(widest, layer.spec().slidingWindow());
    }
    return widest;
  }

  private PreNormLayer layer(int index, LayerWeights weights, RopeTable rope) {
    LayerSpec spec = weights.spec();
    AttentionShape shape =
        new AttentionShape(config.numHeads(), config.numKvHeads(), config.headDim());
    float scale = (float) (1 / Math.sqrt(config.headDim()));
    Attention attention =
        new Attention(
            backend,
            index,
            norm(weights.attentionNorm()),
            backend.linear(weights.qkv(), vector(weights.qkvBias())),
            headNorms(weights),
            spec.rope() ? rope : null,
            new AttentionSpec(shape, scale, spec.slidingWindow(), 0),
            backend.linear(List.of(weights.output()), vector(weights.outputBias())));
    FeedForward feedForward =
        new FeedForward(
            backend,
            norm(weights.mlpNorm()),
            backend.linear(weights.gateUp(), vector(weights.gateUpBias())),
            backend.linear(List.of(weights.down()), vector(weights.downBias())),
            activation);
    return new PreNormLayer(attention, feedForward);
  }

  private Attention.@Nullable HeadNorms headNorms(LayerWeights weights) {
    Tensor query = vector(weights.queryNorm());
    Tensor key = vector(weights.keyNorm());
    return query == null || key == null
        ? null
        : new Attention.HeadNorms(query, key, config.rmsNormEps());
  }

  private RmsNorm norm(float[] weight) {
    return new RmsNorm(backend.floats(weight, weight.length), config.rmsNormEps());
  }

  private @Nullable Tensor vector(float @Nullable [] values) {
    return values == null ? null : backend.floats(values, values.length);
  }

  private static Activation activation(ModelConfig config) {
    ConfigValues values = config.values();
    String name = values.text("hidden_act", "silu");
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu" -> Activation.GELU;
      case "gelu_pytorch_tanh", "gelu_new" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      default -> throw values.refused("hidden_act", name, "silu, gelu, gelu_pytorch_tanh or relu");
    };
  }
}
