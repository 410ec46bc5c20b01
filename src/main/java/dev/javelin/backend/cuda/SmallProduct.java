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
  /**
   * Most rows that quantised weights are streamed for, eight at a time. The other way writes them
   * as bf16 and reads them again, six to eight times their bytes.
   */
  private static final int MOST_ROWS_OF_UNITS = 48;

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

  /** Most rows of x that weights in that format are streamed for. */
  int mostRows(WeightFormat format) {
    return PackKernels.packs(format) ? MOST_ROWS_OF_UNITS : StreamKernels.MAX_TOKENS;
  }

  /** Whether weights of that format and width are to be repacked for the kernel. */
  boolean packs(WeightFormat format, int columns) {
    return kernels.serves(format)
        && PackKernels.packs(format)
        && columns % StreamKernels.GROUP == 0;
  }

  boolean serves(Matrix matrix, int rows, boolean normed) {
    return rows <= mostRows(matrix.format())
        && (matrix.units() || matrix.format() == WeightFormat.BF16)
        && kernels.fits(
            matrix.format(), Math.min(rows, StreamKernels.MAX_TOKENS), matrix.columns(), normed);
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
    int bytes = epilogue == StreamKernels.Epilogue.FLOATS ? Float.BYTES : Short.BYTES;
    for (int first = 0; first < rows; first += StreamKernels.MAX_TOKENS) {
      kernels.linear(
          y + (long) first * stride * bytes,
          stride,
          weights,
          x + (long) first * matrix.columns() * Short.BYTES,
          Math.min(StreamKernels.MAX_TOKENS, rows - first),
          norm,
          eps,
          partials,
          counters,
          epilogue,
          activation);
    }
  }
}
