package dev.javelin.backend.cuda;

import dev.javelin.backend.cuda.driver.CublasLt;
import dev.javelin.backend.cuda.kernel.LinearKernels;
import org.jspecify.annotations.Nullable;

/** bf16 products: by cuBLASLt, and by our tiles where it is absent or has no algorithm. */
final class MatrixProduct {
  private final @Nullable CublasLt library;
  private final LinearKernels kernels;

  MatrixProduct(@Nullable CublasLt library, LinearKernels kernels) {
    this.library = library;
    this.kernels = kernels;
  }

  String describe() {
    return library == null
        ? "own tiles: SLOW for prompts, install cuBLASLt (pip install nvidia-cublas)"
        : "cuBLASLt " + library.version();
  }

  /**
   * {@code out = x wT}, or added to it.
   *
   * @param out [rows, stride] float32 if {@code floats}, else bf16; {@code outs} columns are
   *     written
   * @param x [rows, in] bf16
   * @param w [outs, in] bf16
   */
  void run(
      boolean floats,
      long out,
      long x,
      long w,
      int rows,
      int outs,
      int in,
      int stride,
      boolean add) {
    if (rows == 0) {
      return;
    }
    if (library == null || !library.multiply(floats, out, x, w, rows, outs, in, stride, add)) {
      kernels.tile(floats, out, x, w, rows, outs, in, stride, add);
    }
  }
}
