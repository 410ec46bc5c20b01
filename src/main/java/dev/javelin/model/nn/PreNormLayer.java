package dev.javelin.model.nn;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.KvCache;
import dev.javelin.tensor.Tensor;

/** A decoder layer that normalises before each block (Xiong et al., 2020, arXiv:2002.04745). */
record PreNormLayer(Attention attention, FeedForward feedForward) {

  /**
   * @param residual [numTokens, hiddenSize] updated in place
   */
  void forward(Tensor residual, AttentionMetadata metadata, KvCache cache) {
    attention.forward(residual, metadata, cache);
    feedForward.forward(residual);
  }
}
