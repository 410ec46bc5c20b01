package dev.javelin.checkpoint;

import dev.javelin.quant.PackedWeight;

/** Weights by Hugging Face names, relative to a scope: {@code source.scope("model.layers.3")}. */
public interface WeightSource {
  /** The same source with {@code prefix} and a dot before every name. */
  WeightSource scope(String prefix);

  boolean has(String name);

  /**
   * A matrix [rows, columns]; a vector is one row.
   *
   * @throws CheckpointException naming the file and the full tensor name if it is not there
   */
  PackedWeight get(String name);

  /** A small tensor decoded to float32, row-major: norms, biases. */
  float[] floats(String name);
}
