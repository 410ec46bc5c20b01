package dev.javelin.backend.cuda;

import dev.javelin.backend.Activation;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.kernel.PackKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels;
import dev.javelin.backend.cuda.kernel.TileKernels;
import dev.javelin.quant.WeightFormat;

/**
 * Products of a few rows by the streaming kernel, of more rows of packed weights by the tile
 * kernel, with the memory their blocks share.
 */
final class SmallProduct {
  private final StreamKernels kernels;
  private final TileKernels tiles;
  private final long partials;
  private final long counters;

  SmallProduct(StreamKernels kernels, TileKernels tiles, DeviceArena memory, CudaStream stream) {
    this.kernels = kernels;
    this.tiles = tiles;
    partials =
        memory.allocate(Math.max(kernels.partialBytes(), tiles.partialBytes()), "partial sums");
    long counterBytes = Math.max(kernels.counterBytes(), tiles.counterBytes());
    counters = memory.allocate(counterBytes, "counters of partial sums");
    Copies.fill(counters, (byte) 0, counterBytes, stream);
  }

  boolean serves(WeightFormat format) {
    return kernels.serves(format);
  }

  /** Whether weights of that format and width are to be repacked for the kernel. */
  boolean packs(WeightFormat format, int columns) {
    return kernels.serves(format)
        && PackKernels.packs(format)
        && columns % StreamKernels.GROUP == 0;
  }

  boolean serves(Matrix matrix, int rows, boolean normed) {
    return streams(matrix, rows, normed)
        || (matrix.units() && !normed && tiles.serves(matrix.format(), rows, matrix.columns()));
  }

  private boolean streams(Matrix matrix, int rows, boolean normed) {
    return (matrix.units() || matrix.format() == WeightFormat.BF16)
        && kernels.fits(matrix.format(), rows, matrix.columns(), normed);
  }

  /**
   * @param y [rows, stride]
   * @param bias [matrix.rows] float32, or 0
   * @param norm [matrix.columns] float32, or 0
   */
  void run(
      long y,
      int stride,
      Matrix matrix,
      long bias,
      long x,
      int rows,
      long norm,
      float eps,
      StreamKernels.Epilogue epilogue,
      Activation activation) {
    StreamKernels.Weights weights =
        new StreamKernels.Weights(
            matrix.format(), matrix.address(), matrix.rows(), matrix.columns(), bias);
    if (!streams(matrix, rows, norm != 0)) {
      tiles.linear(y, stride, weights, x, rows, partials, counters, epilogue, activation);
      return;
    }
    kernels.linear(
        y, stride, weights, x, rows, norm, eps, partials, counters, epilogue, activation);
  }
}
