package dev.javelin.backend;

import dev.javelin.tensor.Tensor;

/**
 * {@code y = x Wᵀ + b}. Knows its own weight format; nobody asks. A row of {@code out} depends on
 * its row of {@code x} alone: on the CPU bit for bit, on a GPU up to the order in which products
 * are summed, which may change with the number of rows.
 */
public interface Linear {
  int in();

  int out();

  /**
   * @param out [numTokens, out] overwritten
   * @param x [numTokens, in]
   */
  void forward(Tensor out, Tensor x);

  /**
   * {@code out += x Wᵀ + b}.
   *
   * @param out [numTokens, out]
   * @param x [numTokens, in]
   */
  void forwardAdd(Tensor out, Tensor x);
}
