package dev.javelin.backend.cuda;

import dev.javelin.backend.Linear;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.kernel.DecodeKernels;
import dev.javelin.backend.cuda.kernel.ElementwiseKernels;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.List;

/**
 * The products of one linear: a bf16 matrix as it lies, quantised ones decoded into the panel
 * first.
 *
 * @param parts one below the other
 * @param bias address of [out] float32, or 0
 */
record CudaLinear(
    int in,
    int out,
    List<Matrix> parts,
    long bias,
    Panel panel,
    MatrixProduct product,
    DecodeKernels decode,
    ElementwiseKernels elementwise)
    implements Linear {

  @Override
  public void forward(Tensor y, Tensor x) {
    run(y, x, false);
  }

  @Override
  public void forwardAdd(Tensor y, Tensor x) {
    run(y, x, true);
  }

  private void run(Tensor y, Tensor x, boolean add) {
    CudaBuffer.checkShape("input", x, x.rows(), in);
    CudaBuffer.checkShape("output", y, x.rows(), out);
    boolean floats = CudaBuffer.floats(y);
    long target = CudaBuffer.addressOfEither(y);
    long source = CudaBuffer.address(x, DType.BF16);
    long column = 0;
    for (Matrix part : parts) {
      long at = target + column * y.dtype().bytes();
      if (part.format() == WeightFormat.BF16) {
        product.run(floats, at, source, part.address(), x.rows(), part.rows(), in, out, add);
      } else {
        decoded(part, floats, at, source, x.rows(), add);
      }
      column += part.rows();
    }
    if (bias != 0) {
      elementwise.bias(floats, target, bias, x.rows(), out);
    }
  }

  private void decoded(Matrix part, boolean floats, long y, long x, int rows, boolean add) {
    int slice = Panel.rows(in);
    for (int first = 0; first < part.rows(); first += slice) {
      int count = Math.min(slice, part.rows() - first);
      decode.toBf16(
          part.format(),
          panel.address(),
          part.address() + first * part.rowBytes(),
          (long) count * in);
      long at = y + (long) first * (floats ? Float.BYTES : Short.BYTES);
      product.run(floats, at, x, panel.address(), rows, count, in, out, add);
    }
  }
}
