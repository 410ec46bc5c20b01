package dev.javelin.backend;

import dev.javelin.tensor.Tensor;

/**
 * Coarse transformer operations, outputs first. Every call enqueues and none blocks. Fused forms
 * are default methods whose body is the unfused composition: specification, fallback and test
 * oracle; a backend overrides those it has kernels for and must give the same values. Every output
 * row depends on its own inputs alone, bit for bit, whatever else is in the batch.
 */
public interface Ops {
  /** What {@link #argmax} says of a row that has no largest number. */
  int NO_MAXIMUM = -2;

  /**
   * Root-mean-square norm (Zhang and Sennrich, 2019, arXiv:1910.07467).
   *
   * @param out [n, columns] may be x
   * @param x [n, columns]
   * @param weight [columns]
   */
  void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps);

  /** {@code out += x}, both [n, columns]. */
  void add(Tensor out, Tensor x);

  /** {@code x *= factor}. */
  void scale(Tensor x, float factor);

  /** {@code x = cap * tanh(x / cap)}. */
  void softcap(Tensor x, float cap);

  /**
   * {@code out[i] = x[rows[i]]}.
   *
   * @param out [count, columns]
   * @param x [n, columns]
   * @param rows [at least count]
   */
  void gatherRows(Tensor out, Tensor x, int[] rows, int count);

  /**
   * Normalises each query and each key head of a fused projection by itself (Qwen3, OLMo2 style).
   *
   * @param qkv [numTokens, shape.qkvSize()] updated in place
   * @param queryWeight [headDim]
   * @param keyWeight [headDim]
   */
  void headNorm(Tensor qkv, AttentionShape shape, Tensor queryWeight, Tensor keyWeight, float eps);

  /**
   * Rotates queries and keys of a fused projection in place by their positions.
   *
   * @param qkv [numTokens, shape.qkvSize()]
   */
  void rope(Tensor qkv, AttentionShape shape, RopeTable table, AttentionMetadata metadata);

  /**
   * Stores keys and values of a fused projection at {@code metadata.slotMapping}.
   *
   * @param qkv [numTokens, shape.qkvSize()]
   */
  void writeKv(
      KvCache cache, int layer, Tensor qkv, AttentionShape shape, AttentionMetadata metadata);

  /**
   * Causal paged attention with online softmax (Dao et al., 2022, arXiv:2205.14135; Kwon et al.,
   * 2023, arXiv:2309.06180). The keys of this step must be written first.
   *
   * @param out [numTokens, shape.querySize()]
   * @param qkv [numTokens, shape.qkvSize()] of which only the queries are read
   */
  void attention(
      Tensor out,
      Tensor qkv,
      KvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata);

  /**
   * {@code out = activation(gate) * up}.
   *
   * @param out [n, size]
   * @param gateUp [n, 2 * size]: gate, then up
   */
  void gatedActivation(Tensor out, Tensor gateUp, Activation activation);

  /**
   * The lowest index of the largest element of each row.
   *
   * @param out [n, 1] float32, which holds every index below 2^24; {@link #NO_MAXIMUM} for a row
   *     that holds a NaN, or whose largest element is infinite
   * @param x [n, columns] float32
   */
  void argmax(Tensor out, Tensor x);

  /** {@code residual += x; out = rmsNorm(residual)}. */
  default void addRmsNorm(Tensor out, Tensor residual, Tensor x, Tensor weight, float eps) {
    add(residual, x);
    rmsNorm(out, residual, weight, eps);
  }

  /** {@link #rope}, then {@link #writeKv}. */
  default void ropeAndWriteKv(
      Tensor qkv,
      AttentionShape shape,
      RopeTable table,
      KvCache cache,
      int layer,
      AttentionMetadata metadata) {
    rope(qkv, shape, table, metadata);
    writeKv(cache, layer, qkv, shape, metadata);
  }

  /** {@code out = rmsNorm(x) Wᵀ + b}: the head of every block. */
  default void normLinear(
      Tensor out, Tensor x, Tensor weight, float eps, Linear linear, Workspace workspace) {
    int mark = workspace.mark();
    Tensor normed = workspace.activations(x.rows(), x.columns());
    rmsNorm(normed, x, weight, eps);
    linear.forward(out, normed);
    workspace.release(mark);
  }

  /**
   * {@code out += down(activation(gate(x)) * up(x))}.
   *
   * @param out [n, hiddenSize]
   * @param x [n, hiddenSize] already normalised
   */
  default void gatedMlpAdd(
      Tensor out,
      Tensor x,
      Linear gateUp,
      Linear down,
      Activation activation,
      Workspace workspace) {
    int mark = workspace.mark();
    Tensor both = workspace.activations(x.rows(), gateUp.out());
    gateUp.forward(both, x);
    Tensor inner = workspace.activations(x.rows(), down.in());
    gatedActivation(inner, both, activation);
    down.forwardAdd(out, inner);
    workspace.release(mark);
  }

  /**
   * {@link #gatedMlpAdd} of {@code rmsNorm(x)}.
   *
   * @param out [n, hiddenSize] may be x
   * @param x [n, hiddenSize]
   */
  default void normGatedMlpAdd(
      Tensor out,
      Tensor x,
      Tensor weight,
      float eps,
      Linear gateUp,
      Linear down,
      Activation activation,
      Workspace workspace) {
    int mark = workspace.mark();
    Tensor normed = workspace.activations(x.rows(), x.columns());
    rmsNorm(normed, x, weight, eps);
    gatedMlpAdd(out, normed, gateUp, down, activation, workspace);
    workspace.release(mark);
  }
}
