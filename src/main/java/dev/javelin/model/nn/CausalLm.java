package dev.javelin.model.nn;

import dev.javelin.backend.Backend;
import dev.javelin.backend.EmbeddingTable;
import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.Linear;
import dev.javelin.backend.Ops;
import dev.javelin.backend.Workspace;
import dev.javelin.model.Model;
import dev.javelin.model.ModelConfig;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.Tensor;
import java.util.List;

/** Embedding, decoder layers, final norm and the head that gives logits. */
final class CausalLm implements Model {
  private final ModelConfig config;
  private final Ops ops;
  private final Workspace workspace;
  private final EmbeddingTable embedding;
  private final PreNormLayer[] layers;
  private final RmsNorm finalNorm;
  private final Linear head;
  private final int attentionWindow;
  private final boolean lengthDependentKeys;

  CausalLm(
      ModelConfig config,
      Backend backend,
      EmbeddingTable embedding,
      List<PreNormLayer> layers,
      RmsNorm finalNorm,
      Linear head,
      int attentionWindow,
      boolean lengthDependentKeys) {
    this.config = config;
    this.ops = backend.ops();
    this.workspace = backend.workspace();
    this.embedding = embedding;
    this.layers = layers.toArray(PreNormLayer[]::new);
    this.finalNorm = finalNorm;
    this.head = head;
    this.attentionWindow = attentionWindow;
    this.lengthDependentKeys = lengthDependentKeys;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public KvCacheSpec kvCacheSpec(int blockSize, KvDType dtype) {
    return new KvCacheSpec(
        config.numLayers(), config.numKvHeads(), config.headDim(), blockSize, dtype);
  }

  @Override
  public int attentionWindow() {
    return attentionWindow;
  }

  @Override
  public boolean lengthDependentKeys() {
    return lengthDependentKeys;
  }

  @Override
  public Tensor forward(ForwardBatch batch, KvCache cache) {
    workspace.release(0);
    Tensor selected = workspace.activations(batch.numLogits, config.hiddenSize());
    int mark = workspace.mark();
    Tensor residual = workspace.activations(batch.numTokens(), config.hiddenSize());
    embedding.gather(residual, batch.tokenIds, batch.numTokens());
    for (PreNormLayer layer : layers) {
      layer.forward(residual, batch.attention, cache);
    }
    if (batch.numLogits > 0) {
      ops.gatherRows(selected, residual, batch.logitRows, batch.numLogits);
      ops.rmsNorm(selected, selected, finalNorm.weight(), finalNorm.eps());
    }
    workspace.release(mark);
    return selected;
  }

  @Override
  public Tensor logits(Tensor hidden) {
    Tensor logits = workspace.floats(hidden.rows(), config.vocabSize());
    if (hidden.rows() > 0) {
      head.forward(logits, hidden);
    }
    return logits;
  }
}
