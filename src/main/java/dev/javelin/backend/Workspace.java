package dev.javelin.backend;

import dev.javelin.tensor.Tensor;

/**
 * Temporaries of one step, in stack order. The same sequence of calls with the same shapes returns
 * the same tensors, so a steady step allocates nothing and a recorded graph stays valid.
 */
public interface Workspace {
  /** Current depth, for {@link #release}. */
  int mark();

  /** A tensor of the backend's activation type, contents undefined. */
  Tensor activations(int rows, int columns);

  /** A float32 tensor, contents undefined. */
  Tensor floats(int rows, int columns);

  /** Frees everything allocated since {@code mark}. */
  void release(int mark);
}
