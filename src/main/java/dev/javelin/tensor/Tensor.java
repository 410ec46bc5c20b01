package dev.javelin.tensor;

import java.util.Arrays;

/**
 * A row-major, contiguous view of a {@link DeviceBuffer}. It has no arithmetic: {@code backend.Ops}
 * has. A view does not own its memory and must not outlive the buffer.
 */
public final class Tensor {
  private final DType dtype;
  private final int[] shape;
  private final DeviceBuffer buffer;
  private final long offsetBytes;

  /**
   * @throws IllegalArgumentException if a dimension is negative or the view leaves the buffer
   */
  public Tensor(DType dtype, DeviceBuffer buffer, long offsetBytes, int... shape) {
    this.dtype = dtype;
    this.shape = shape.clone();
    this.buffer = buffer;
    this.offsetBytes = offsetBytes;
    long bytes = Math.multiplyExact(elements(), (long) dtype.bytes());
    if (offsetBytes < 0 || Math.addExact(offsetBytes, bytes) > buffer.byteSize()) {
      throw new IllegalArgumentException(
          "a view of %d bytes at %d leaves a buffer of %d bytes"
              .formatted(bytes, offsetBytes, buffer.byteSize()));
    }
  }

  public DType dtype() {
    return dtype;
  }

  public DeviceBuffer buffer() {
    return buffer;
  }

  public long offsetBytes() {
    return offsetBytes;
  }

  public int rank() {
    return shape.length;
  }

  public int dim(int axis) {
    return shape[axis];
  }

  /** First dimension; 1 for a scalar. */
  public int rows() {
    return shape.length == 0 ? 1 : shape[0];
  }

  /** Product of all dimensions after the first. */
  public int columns() {
    long columns = 1;
    for (int i = 1; i < shape.length; i++) {
      columns *= shape[i];
    }
    return Math.toIntExact(columns);
  }

  public long elements() {
    long elements = 1;
    for (int dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      elements = Math.multiplyExact(elements, (long) dim);
    }
    return elements;
  }

  /** Rows {@code [from, to)} of the first dimension, sharing memory. */
  public Tensor rows(int from, int to) {
    if (from < 0 || to < from || to > rows()) {
      throw new IndexOutOfBoundsException("rows [%d, %d) of %d".formatted(from, to, rows()));
    }
    int[] view = shape.clone();
    view[0] = to - from;
    return new Tensor(dtype, buffer, offsetBytes + (long) from * columns() * dtype.bytes(), view);
  }

  /**
   * The same elements under another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public Tensor reshape(int... newShape) {
    Tensor view = new Tensor(dtype, buffer, offsetBytes, newShape);
    if (view.elements() != elements()) {
      throw new IllegalArgumentException(
          "cannot reshape %s to %s".formatted(Arrays.toString(shape), Arrays.toString(newShape)));
    }
    return view;
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
