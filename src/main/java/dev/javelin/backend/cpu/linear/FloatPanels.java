package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Weights as float32, a line of 16 rows per column: for F32 itself, for shapes that fill no groups,
 * and for every format without panels of its own, decoded at load.
 */
final class FloatPanels extends SeparatePanels {
  static final FloatPanels INSTANCE = new FloatPanels();

  private FloatPanels() {
    super("float32 panels", 32, 32 * 64, false);
  }

  @Override
  void packPanel(PackedWeight weight, int firstRow, int rows, long panel) {
    float[] row = new float[weight.columns()];
    for (int r = 0; r < rows; r++) {
      weight.decodeRow(firstRow + r, row, 0);
      for (int k = 0; k < row.length; k++) {
        MEMORY.set(ValueLayout.JAVA_FLOAT, panel + 64L * k + 4L * r, row[k]);
      }
    }
  }

  @Override
  void multiplyPanel(
      long panel,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int first = 0; first < columns; first += 32) {
      int end = Math.min(32, columns - first);
      long at = panel + first * 64L;
      int k = xOffset + first;
      FloatVector s = FloatVector.zero(FLOATS);
      for (int i = 0; i < end; i++) {
        s =
            FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 64L, ORDER)
                .fma(FloatVector.broadcast(FLOATS, x[k + i]), s);
      }
      y = y.add(s);
    }
    y.intoArray(target, targetOffset);
  }

  @Override
  void unpackPanel(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half) {
    int first = firstGroup * 32;
    int count = Math.min(groups * 32, columns - first);
    for (int g = 0; g < groups; g++) {
      int scale = g * UnpackedPanels.WIDTH + half * ROWS;
      Arrays.fill(target.scales, scale, scale + ROWS, 1f);
    }
    long at = panel + first * 64L;
    long to = target.code(0, half);
    for (int i = 0; i < count; i++) {
      FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 64L, ORDER)
          .intoMemorySegment(MEMORY, to + i * 128L, ORDER);
    }
  }
}
