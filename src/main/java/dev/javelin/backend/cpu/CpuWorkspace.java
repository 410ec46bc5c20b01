package dev.javelin.backend.cpu;

import dev.javelin.backend.Workspace;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One growing buffer per stack depth, and the last few shapes seen of each. */
final class CpuWorkspace implements Workspace {
  private static final int SHAPES_KEPT = 16;

  private final List<Slot> slots = new ArrayList<>();
  private int depth;

  @Override
  public int mark() {
    return depth;
  }

  @Override
  public Tensor activations(int rows, int columns) {
    return floats(rows, columns);
  }

  @Override
  public Tensor floats(int rows, int columns) {
    if (depth == slots.size()) {
      slots.add(new Slot());
    }
    return slots.get(depth++).tensor(rows, columns);
  }

  @Override
  public void release(int mark) {
    if (mark < 0 || mark > depth) {
      throw new IllegalArgumentException("mark %d of depth %d".formatted(mark, depth));
    }
    depth = mark;
  }

  private static final class Slot {
    private HostBuffer buffer = new HostBuffer(0);
    private final List<Tensor> recent = new ArrayList<>();
    private int oldest;

    Tensor tensor(int rows, int columns) {
      for (int i = 0; i < recent.size(); i++) {
        Tensor tensor = recent.get(i);
        if (tensor.rows() == rows && tensor.columns() == columns) {
          return tensor;
        }
      }
      int elements = Math.multiplyExact(rows, columns);
      if (elements > buffer.data.length) {
        buffer = new HostBuffer(elements);
        recent.clear();
        oldest = 0;
      }
      Tensor tensor = new Tensor(DType.F32, buffer, 0, rows, columns);
      if (recent.size() < SHAPES_KEPT) {
        recent.add(tensor);
      } else {
        recent.set(oldest, tensor);
        oldest = (oldest + 1) % SHAPES_KEPT;
      }
      return tensor;
    }
  }
}
