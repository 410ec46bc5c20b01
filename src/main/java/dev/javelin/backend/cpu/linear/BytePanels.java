package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.BYTES;
import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Signed codes of eight bits: a group is a line of float32 scales, then 16 bytes per column. */
final class BytePanels extends PanelKernel {
  static final BytePanels GROUPS_OF_32 = new BytePanels("8-bit panels", 32);
  static final BytePanels GROUPS_OF_16 = new BytePanels("8-bit panels in groups of 16", 16);

  private BytePanels(String name, int groupSize) {
    super(name, groupSize, 64 + 16 * groupSize, false);
  }

  @Override
  public void pack(PackedWeight weight, int firstRow, int rows, long panel) {
    QuantizedRow row = new QuantizedRow(weight.columns());
    int size = groupSize();
    for (int r = 0; r < rows; r++) {
      row.read(weight, firstRow + r);
      for (int g = 0; g < groups(weight.columns()); g++) {
        long at = groupAddress(panel, g);
        MEMORY.set(ValueLayout.JAVA_FLOAT, at + 4L * r, row.scales[g]);
        for (int i = 0; i < size; i++) {
          MEMORY.set(ValueLayout.JAVA_BYTE, at + 64 + 16L * i + r, row.codes[g * size + i]);
        }
      }
    }
  }

  @Override
  public void multiply(
      long panel,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    if (groupSize() == 32) {
      multiply32(panel, groups(columns), x, xOffset, target, targetOffset);
    } else {
      multiply16(panel, groups(columns), x, xOffset, target, targetOffset);
    }
  }

  private static void multiply32(
      long panel, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      long at = panel + g * 576L;
      int k = xOffset + g * 32;
      FloatVector s = FloatVector.zero(FLOATS);
      for (int i = 0; i < 32; i++) {
        FloatVector q =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, MEMORY, at + 64 + i * 16L, ORDER)
                    .convertShape(VectorOperators.B2F, FLOATS, 0);
        s = q.fma(FloatVector.broadcast(FLOATS, x[k + i]), s);
      }
      y = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER).fma(s, y);
    }
    y.intoArray(target, targetOffset);
  }

  private static void multiply16(
      long panel, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      long at = panel + g * 320L;
      int k = xOffset + g * 16;
      FloatVector s = FloatVector.zero(FLOATS);
      for (int i = 0; i < 16; i++) {
        FloatVector q =
            (FloatVector)
                ByteVector.fromMemorySegment(BYTES, MEMORY, at + 64 + i * 16L, ORDER)
                    .convertShape(VectorOperators.B2F, FLOATS, 0);
        s = q.fma(FloatVector.broadcast(FLOATS, x[k + i]), s);
      }
      y = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER).fma(s, y);
    }
    y.intoArray(target, targetOffset);
  }

  @Override
  public void unpack(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half) {
    int size = groupSize();
    for (int g = 0; g < groups; g++) {
      long at = groupAddress(panel, firstGroup + g);
      FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER)
          .intoArray(target.scales, g * UnpackedPanels.WIDTH + half * ROWS);
      unpackCodes(at + 64, target.code(g * size, half), size);
    }
  }

  private static void unpackCodes(long at, long to, int size) {
    for (int i = 0; i < size; i++) {
      ((FloatVector)
              ByteVector.fromMemorySegment(BYTES, MEMORY, at + i * 16L, ORDER)
                  .convertShape(VectorOperators.B2F, FLOATS, 0))
          .intoMemorySegment(MEMORY, to + i * 128L, ORDER);
    }
  }
}
