package dev.javelin.model.nn;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.Backend;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.Linear;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RopeTable;
import dev.javelin.backend.Workspace;
import dev.javelin.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Grouped-query self-attention over the paged KV cache (Ainslie et al., 2023, arXiv:2305.13245).
 */
final class Attention {
  private final Ops ops;
  private final Workspace workspace;
  private final int layer;
  private final RmsNorm inputNorm;
  private final Linear qkv;
  private final @Nullable HeadNorms headNorms;
  private final @Nullable RopeTable rope;
  private final AttentionSpec spec;
  private final Linear output;

  /** Weights [headDim] that normalise each query and each key head. */
  record HeadNorms(Tensor query, Tensor key, float eps) {}

  Attention(
      Backend backend,
      int layer,
      RmsNorm inputNorm,
      Linear qkv,
      @Nullable HeadNorms headNorms,
      @Nullable RopeTable rope,
      AttentionSpec spec,
      Linear output) {
    this.ops = backend.ops();
    this.workspace = backend.workspace();
    this.layer = layer;
    this.inputNorm = inputNorm;
    this.qkv = qkv;
    this.headNorms = headNorms;
    this.rope = rope;
    this.spec = spec;
    this.output = output;
  }

  /**
   * Adds the attention's output to {@code residual}.
   *
   * @param residual [numTokens, hiddenSize]
   */
  void forward(Tensor residual, AttentionMetadata metadata, KvCache cache) {
    AttentionShape shape = spec.shape();
    int mark = workspace.mark();
    Tensor projected = workspace.activations(residual.rows(), shape.qkvSize());
    ops.normLinear(projected, residual, inputNorm.weight(), inputNorm.eps(), qkv, workspace);
    if (headNorms != null) {
      ops.headNorm(projected, shape, headNorms.query(), headNorms.key(), headNorms.eps());
    }
    if (rope != null) {
      ops.ropeAndWriteKv(projected, shape, rope, cache, layer, metadata);
    } else {
      ops.writeKv(cache, layer, projected, shape, metadata);
    }
    Tensor attended = workspace.activations(residual.rows(), shape.querySize());
    ops.attention(attended, projected, cache, layer, spec, metadata);
    output.forwardAdd(residual, attended);
    workspace.release(mark);
  }
}
