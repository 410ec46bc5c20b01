package dev.javelin.backend.cuda;

import dev.javelin.backend.Workspace;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One growing buffer per stack depth, and the last few shapes seen of each. */
final class CudaWorkspace implements Workspace {
  private static final int SHAPES_KEPT = 16;

  /** Small buffers cannot be freed one by one: see {@link DeviceArena#free}. */
  private static final long LEAST_BYTES = 2L << 20;

  private final DeviceArena memory;
  private final CudaStream stream;
  private final List<Slot> slots = new ArrayList<>();
  private int depth;
  private int generation;

  CudaWorkspace(DeviceArena memory, CudaStream stream) {
    this.memory = memory;
    this.stream = stream;
  }

  /** Changes whenever a buffer moves: what was recorded with the old addresses is void then. */
  int generation() {
    return generation;
  }

  @Override
  public int mark() {
    return depth;
  }

  @Override
  public Tensor activations(int rows, int columns) {
    return tensor(DType.BF16, rows, columns);
  }

  @Override
  public Tensor floats(int rows, int columns) {
    return tensor(DType.F32, rows, columns);
  }

  private Tensor tensor(DType type, int rows, int columns) {
    if (depth == slots.size()) {
      slots.add(new Slot());
    }
    return slots.get(depth++).tensor(type, rows, columns);
  }

  @Override
  public void release(int mark) {
    if (mark < 0 || mark > depth) {
      throw new IllegalArgumentException("mark %d of depth %d".formatted(mark, depth));
    }
    depth = mark;
  }

  private final class Slot {
    private CudaBuffer buffer = new CudaBuffer(0, 0);
    private final List<Tensor> recent = new ArrayList<>();
    private int oldest;

    Tensor tensor(DType type, int rows, int columns) {
      for (int i = 0; i < recent.size(); i++) {
        Tensor tensor = recent.get(i);
        if (tensor.dtype() == type && tensor.rows() == rows && tensor.columns() == columns) {
          return tensor;
        }
      }
      long bytes = Math.multiplyExact((long) rows * columns, (long) type.bytes());
      if (bytes > buffer.byteSize()) {
        grow(bytes);
      }
      Tensor tensor = new Tensor(type, buffer, 0, rows, columns);
      if (recent.size() < SHAPES_KEPT) {
        recent.add(tensor);
      } else {
        recent.set(oldest, tensor);
        oldest = (oldest + 1) % SHAPES_KEPT;
      }
      return tensor;
    }

    private void grow(long bytes) {
      if (buffer.byteSize() > 0) {
        stream.synchronize();
        memory.free(buffer.address());
        generation++;
      }
      long size = Math.max(LEAST_BYTES, bytes);
      buffer = new CudaBuffer(memory.allocate(size, "a step's temporaries"), size);
      recent.clear();
      oldest = 0;
    }
  }
}
