package dev.javelin.backend.cuda;

import dev.javelin.backend.Activation;
import dev.javelin.backend.Linear;
import dev.javelin.backend.cuda.CudaWeights.Matrix;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.kernel.DecodeKernels;
import dev.javelin.backend.cuda.kernel.ElementwiseKernels;
import dev.javelin.backend.cuda.kernel.PackKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels;
import dev.javelin.backend.cuda.kernel.StreamKernels.Epilogue;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.List;

/**
 * The products of one linear: streamed for a few rows; for more, a bf16 matrix as it lies,
 * quantised ones decoded into the panel first.
 *
 * @param parts one below the other
 * @param bias address of [out] float32, or 0
 */
record CudaLinear(
    int in,
    int out,
    List<Matrix> parts,
    long bias,
    SmallProduct small,
    Panel panel,
    MatrixProduct product,
    DecodeKernels decode,
    PackKernels pack,
    ElementwiseKernels elementwise,
    CudaStream stream)
    implements Linear {

  @Override
  public void forward(Tensor y, Tensor x) {
    run(y, x, false);
  }

  @Override
  public void forwardAdd(Tensor y, Tensor x) {
    run(y, x, true);
  }

  /**
   * {@code y = norm(x) Wᵀ + b} in one kernel a matrix.
   *
   * @return false, with nothing done, if there is no kernel for that many rows
   */
  boolean normed(Tensor y, Tensor x, long norm, float eps) {
    checkShapes(y, x);
    if (!parts.stream().allMatch(part -> small.serves(part, x.rows(), true))) {
      return false;
    }
    Epilogue epilogue = CudaBuffer.floats(y) ? Epilogue.FLOATS : Epilogue.STORE;
    streamed(y, x, norm, eps, epilogue);
    return true;
  }

  /**
   * {@code y = activation(gate) * up} of the product of {@code norm(x)} with gate rows, then up
   * rows.
   *
   * @param norm 0 for none
   * @return false, with nothing done, if there is no kernel for that
   */
  boolean gated(Tensor y, Tensor x, long norm, float eps, Activation activation) {
    CudaBuffer.checkShape("input", x, x.rows(), in);
    CudaBuffer.checkShape("gated output", y, x.rows(), out / 2);
    if (parts.size() != 1
        || out % StreamKernels.TILE_ROWS != 0
        || !small.serves(parts.getFirst(), x.rows(), norm != 0)) {
      return false;
    }
    small.run(
        CudaBuffer.address(y, DType.BF16),
        out / 2,
        parts.getFirst(),
        bias,
        CudaBuffer.address(x, DType.BF16),
        x.rows(),
        norm,
        eps,
        Epilogue.GATED,
        activation);
    return true;
  }

  private void checkShapes(Tensor y, Tensor x) {
    CudaBuffer.checkShape("input", x, x.rows(), in);
    CudaBuffer.checkShape("output", y, x.rows(), out);
  }

  private void streamed(Tensor y, Tensor x, long norm, float eps, Epilogue epilogue) {
    long target = CudaBuffer.addressOfEither(y);
    long source = CudaBuffer.address(x, DType.BF16);
    long column = 0;
    for (Matrix part : parts) {
      small.run(
          target + column * y.dtype().bytes(),
          out,
          part,
          bias == 0 ? 0 : bias + column * Float.BYTES,
          source,
          x.rows(),
          norm,
          eps,
          epilogue,
          Activation.SILU);
      column += part.rows();
    }
  }

  private void run(Tensor y, Tensor x, boolean add) {
    checkShapes(y, x);
    boolean floats = CudaBuffer.floats(y);
    if (!(floats && add) && parts.stream().allMatch(part -> small.serves(part, x.rows(), false))) {
      streamed(y, x, 0, 0, floats ? Epilogue.FLOATS : add ? Epilogue.ADD : Epilogue.STORE);
      return;
    }
    long target = CudaBuffer.addressOfEither(y);
    long source = CudaBuffer.address(x, DType.BF16);
    long column = 0;
    for (Matrix part : parts) {
      long at = target + column * y.dtype().bytes();
      if (part.format() == WeightFormat.BF16) {
        multiply(floats, at, source, part.address(), x.rows(), part.rows(), add);
      } else {
        decoded(part, floats, at, source, x.rows(), add);
      }
      column += part.rows();
    }
    if (bias != 0) {
      elementwise.bias(floats, target, bias, x.rows(), out);
    }
  }

  private void multiply(boolean floats, long y, long x, long w, int rows, int outs, boolean add) {
    stream.beginCall("product");
    product.run(floats, y, x, w, rows, outs, in, out, add);
    stream.endCall();
  }

  private void decoded(Matrix part, boolean floats, long y, long x, int rows, boolean add) {
    int slice =
        Math.max(
            PackKernels.UNIT_ROWS, Panel.rows(in) / PackKernels.UNIT_ROWS * PackKernels.UNIT_ROWS);
    for (int first = 0; first < part.rows(); first += slice) {
      int count = Math.min(slice, part.rows() - first);
      if (part.units()) {
        pack.rows(part.format(), panel.address(), part.row(first), count, in);
      } else {
        decode.toBf16(part.format(), panel.address(), part.row(first), (long) count * in);
      }
      long at = y + (long) first * (floats ? Float.BYTES : Short.BYTES);
      multiply(floats, at, x, panel.address(), rows, count, add);
    }
  }
}
