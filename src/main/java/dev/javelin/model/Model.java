package dev.javelin.model;

import dev.javelin.backend.ForwardBatch;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.Tensor;

/** A loaded model on one backend. Used by one thread. Results live in the backend's workspace. */
public interface Model {
  ModelConfig config();

  /** What a KV cache for this model must be, at {@code blockSize} positions a block. */
  KvCacheSpec kvCacheSpec(int blockSize, KvDType dtype);

  /** Positions that every layer looks back, itself included; 0: at least one sees all. */
  default int attentionWindow() {
    return 0;
  }

  /**
   * Whether keys and values depend on the prompt's length beside the tokens before them, as with
   * dynamic rotary scalings: only prompts of one length may then share them.
   */
  default boolean lengthDependentKeys() {
    return false;
  }

  /**
   * Runs every token of {@code batch} through all layers, writing their keys and values.
   *
   * @return hidden states after the final norm [numLogits, hiddenSize] of {@code batch.logitRows},
   *     valid until the next call
   */
  Tensor forward(ForwardBatch batch, KvCache cache);

  /**
   * @param hidden [numLogits, hiddenSize] from {@link #forward}
   * @return [numLogits, vocabSize] float32, valid until the next {@link #forward}
   */
  Tensor logits(Tensor hidden);
}
