package dev.javelin.backend.cuda;

import dev.javelin.backend.Activation;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.kernel.PackKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels;
import dev.javelin.quant.WeightFormat;

/** Products of a few rows by the streaming kernel, with the memory its blocks share. */
final class SmallProduct {
  private final StreamKernels kernels;
  private final long partials;
  private final long counters;

  SmallProduct(StreamKernels kernels, DeviceArena memory, CudaStream stream) {
    this.kernels = kernels;
    partials = memory.allocate(kernels.partialBytes(), "partial sums");
    counters = memory.allocate(kernels.counterBytes(), "counters of partial sums");
    Copies.fill(counters, (byte) 0, kernels.counterBytes(), stream);
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
    kernels.linear(
        y,
        stride,
        new StreamKernels.Weights(
            matrix.format(), matrix.address(), matrix.rows(), matrix.columns(), bias),
        x,
        rows,
        norm,
        eps,
        partials,
        counters,
        epilogue,
        activation);
  }
}
