package dev.javelin.model.nn;

import dev.javelin.backend.Activation;
import dev.javelin.backend.Backend;
import dev.javelin.backend.Linear;
import dev.javelin.backend.Ops;
import dev.javelin.backend.Workspace;
import dev.javelin.tensor.Tensor;

/** Gated feed-forward network (Shazeer, 2020, arXiv:2002.05202). */
final class FeedForward {
  private final Ops ops;
  private final Workspace workspace;
  private final RmsNorm inputNorm;
  private final Linear gateUp;
  private final Linear down;
  private final Activation activation;

  FeedForward(
      Backend backend, RmsNorm inputNorm, Linear gateUp, Linear down, Activation activation) {
    this.ops = backend.ops();
    this.workspace = backend.workspace();
    this.inputNorm = inputNorm;
    this.gateUp = gateUp;
    this.down = down;
    this.activation = activation;
  }

  /**
   * Adds the network's output to {@code residual}.
   *
   * @param residual [numTokens, hiddenSize]
   */
  void forward(Tensor residual) {
    ops.normGatedMlpAdd(
        residual,
        residual,
        inputNorm.weight(),
        inputNorm.eps(),
        gateUp,
        down,
        activation,
        workspace);
  }
}
