package dev.javelin.backend.cuda;

import dev.javelin.tensor.DType;
import dev.javelin.tensor.DeviceBuffer;
import dev.javelin.tensor.Tensor;

/** Device memory by its address. */
record CudaBuffer(long address, long byteSize) implements DeviceBuffer {

  /**
   * The address of a tensor's first element.
   *
   * @throws IllegalArgumentException if it is no tensor of this backend or of another type
   */
  static long address(Tensor tensor, DType type) {
    if (tensor.dtype() == type && tensor.buffer() instanceof CudaBuffer(long address, long bytes)) {
      return address + tensor.offsetBytes();
    }
    throw new IllegalArgumentException(
        "not a %s tensor of the CUDA backend: %s".formatted(type, tensor));
  }

  /** The address of a float32 or bf16 tensor; {@link #floats} says which. */
  static long addressOfEither(Tensor tensor) {
    return address(tensor, floats(tensor) ? DType.F32 : DType.BF16);
  }

  static boolean floats(Tensor tensor) {
    return tensor.dtype() == DType.F32;
  }

  /**
   * @throws IllegalArgumentException if {@code tensor} is not [rows, columns]
   */
  static void checkShape(String what, Tensor tensor, int rows, int columns) {
    if (tensor.rows() != rows || tensor.columns() != columns) {
      throw new IllegalArgumentException(
          "%s must be [%d, %d], got %s".formatted(what, rows, columns, tensor));
    }
  }
}
