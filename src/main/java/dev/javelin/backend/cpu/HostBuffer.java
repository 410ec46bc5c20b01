package dev.javelin.backend.cpu;

import dev.javelin.tensor.DType;
import dev.javelin.tensor.DeviceBuffer;
import dev.javelin.tensor.Tensor;

/**
 * Activations: a heap array, because kernels broadcast single elements of them, which is cheap from
 * an array and not from a segment.
 */
final class HostBuffer implements DeviceBuffer {
  final float[] data;

  HostBuffer(int elements) {
    data = new float[elements];
  }

  @Override
  public long byteSize() {
    return 4L * data.length;
  }

  /**
   * @throws IllegalArgumentException if the tensor is not a float32 tensor of this backend
   */
  static float[] array(Tensor tensor) {
    if (tensor.dtype() == DType.F32 && tensor.buffer() instanceof HostBuffer host) {
      return host.data;
    }
    throw new IllegalArgumentException("not a float32 tensor of the CPU backend: " + tensor);
  }

  /** Index of the tensor's first element in {@link #array}. */
  static int offset(Tensor tensor) {
    return (int) (tensor.offsetBytes() >> 2);
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
