package dev.javelin.backend;

import dev.javelin.tensor.Tensor;

/** Token embeddings, gathered from whatever format the checkpoint stores. */
public interface EmbeddingTable {
  /**
   * @param out [numTokens, hiddenSize]
   * @param tokenIds [at least numTokens] each within the vocabulary, or {@link ChosenTokens#ofRow}
   *     where the backend's tokens feed
   */
  void gather(Tensor out, int[] tokenIds, int numTokens);
}
