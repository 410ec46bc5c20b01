package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles: a few rows of x times two unpacked panels, in the order that {@link PanelKernel}
 * prescribes. Outputs so far lie in {@code y}, [rows, 32], between groups.
 */
final class Tile {
  private Tile() {}

  /**
   * Adds to {@code y} what some groups contribute.
   *
   * @param columns of x that {@code panels} holds; may be short of whole groups at the end
   * @param firstColumn of x that meets the first unpacked column
   * @param firstGroup of 32 columns, for the sums
   * @param y [count, 32]
   */
  static void rows(
      UnpackedPanels panels,
      int groups,
      int groupSize,
      int columns,
      boolean usesSums,
      PanelInput input,
      int firstRow,
      int count,
      int firstColumn,
      int firstGroup,
      float[] y) {
    float[] x = input.x;
    int pitch = input.pitch;
    float[] sums = input.groupSums;
    int sumsPitch = input.sumsPitch;
    int xAt = input.offset + firstRow * pitch + firstColumn;
    int sumAt = firstRow * sumsPitch + firstGroup;
    int row = 0;
    for (; row + 8 <= count; row += 8) {
      rows8(
          panels,
          groups,
          groupSize,
          columns,
          usesSums,
          x,
          xAt + row * pitch,
          pitch,
          sums,
          sumAt + row * sumsPitch,
          sumsPitch,
          y,
          row * UnpackedPanels.WIDTH);
    }
    for (; row + 4 <= count; row += 4) {
      rows4(
          panels,
          groups,
          groupSize,
          columns,
          usesSums,
          x,
          xAt + row * pitch,
          pitch,
          sums,
          sumAt + row * sumsPitch,
          sumsPitch,
          y,
          row * UnpackedPanels.WIDTH);
    }
    for (; row + 1 <= count; row += 1) {
      rows1(
          panels,
          groups,
          groupSize,
          columns,
          usesSums,
          x,
          xAt + row * pitch,
          pitch,
          sums,
          sumAt + row * sumsPitch,
          sumsPitch,
          y,
          row * UnpackedPanels.WIDTH);
    }
  }

  /** 8 rows. */
  private static void rows8(
      UnpackedPanels panels,
      int groups,
      int groupSize,
      int columns,
      boolean usesSums,
      float[] x,
      int xOffset,
      int xPitch,
      float[] sums,
      int sumsOffset,
      int sumsPitch,
      float[] y,
      int yOffset) {
    float[] scales = panels.scales;
    for (int g = 0; g < groups; g++) {
      int first = g * groupSize;
      int count = Math.min(groupSize, columns - first);
      int k = xOffset + first;
      long at = panels.codes + first * 128L;
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector b0 = FloatVector.zero(FLOATS);
      FloatVector a1 = FloatVector.zero(FLOATS);
      FloatVector b1 = FloatVector.zero(FLOATS);
      FloatVector a2 = FloatVector.zero(FLOATS);
      FloatVector b2 = FloatVector.zero(FLOATS);
      FloatVector a3 = FloatVector.zero(FLOATS);
      FloatVector b3 = FloatVector.zero(FLOATS);
      FloatVector a4 = FloatVector.zero(FLOATS);
      FloatVector b4 = FloatVector.zero(FLOATS);
      FloatVector a5 = FloatVector.zero(FLOATS);
      FloatVector b5 = FloatVector.zero(FLOATS);
      FloatVector a6 = FloatVector.zero(FLOATS);
      FloatVector b6 = FloatVector.zero(FLOATS);
      FloatVector a7 = FloatVector.zero(FLOATS);
      FloatVector b7 = FloatVector.zero(FLOATS);
      for (int i = 0; i < count; i++) {
        FloatVector left = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L, ORDER);
        FloatVector right =
            FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L + 64, ORDER);
        FloatVector x0 = FloatVector.broadcast(FLOATS, x[k + i]);
        a0 = left.fma(x0, a0);
        b0 = right.fma(x0, b0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + i + xPitch]);
        a1 = left.fma(x1, a1);
        b1 = right.fma(x1, b1);
        FloatVector x2 = FloatVector.broadcast(FLOATS, x[k + i + 2 * xPitch]);
        a2 = left.fma(x2, a2);
        b2 = right.fma(x2, b2);
        FloatVector x3 = FloatVector.broadcast(FLOATS, x[k + i + 3 * xPitch]);
        a3 = left.fma(x3, a3);
        b3 = right.fma(x3, b3);
        FloatVector x4 = FloatVector.broadcast(FLOATS, x[k + i + 4 * xPitch]);
        a4 = left.fma(x4, a4);
        b4 = right.fma(x4, b4);
        FloatVector x5 = FloatVector.broadcast(FLOATS, x[k + i + 5 * xPitch]);
        a5 = left.fma(x5, a5);
        b5 = right.fma(x5, b5);
        FloatVector x6 = FloatVector.broadcast(FLOATS, x[k + i + 6 * xPitch]);
        a6 = left.fma(x6, a6);
        b6 = right.fma(x6, b6);
        FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + i + 7 * xPitch]);
        a7 = left.fma(x7, a7);
        b7 = right.fma(x7, b7);
      }
      int scale = g * UnpackedPanels.WIDTH;
      FloatVector dLeft = FloatVector.fromArray(FLOATS, scales, scale);
      FloatVector dRight = FloatVector.fromArray(FLOATS, scales, scale + 16);
      dLeft.fma(a0, FloatVector.fromArray(FLOATS, y, yOffset + 0)).intoArray(y, yOffset + 0);
      dRight.fma(b0, FloatVector.fromArray(FLOATS, y, yOffset + 16)).intoArray(y, yOffset + 16);
      dLeft.fma(a1, FloatVector.fromArray(FLOATS, y, yOffset + 32)).intoArray(y, yOffset + 32);
      dRight.fma(b1, FloatVector.fromArray(FLOATS, y, yOffset + 48)).intoArray(y, yOffset + 48);
      dLeft.fma(a2, FloatVector.fromArray(FLOATS, y, yOffset + 64)).intoArray(y, yOffset + 64);
      dRight.fma(b2, FloatVector.fromArray(FLOATS, y, yOffset + 80)).intoArray(y, yOffset + 80);
      dLeft.fma(a3, FloatVector.fromArray(FLOATS, y, yOffset + 96)).intoArray(y, yOffset + 96);
      dRight.fma(b3, FloatVector.fromArray(FLOATS, y, yOffset + 112)).intoArray(y, yOffset + 112);
      dLeft.fma(a4, FloatVector.fromArray(FLOATS, y, yOffset + 128)).intoArray(y, yOffset + 128);
      dRight.fma(b4, FloatVector.fromArray(FLOATS, y, yOffset + 144)).intoArray(y, yOffset + 144);
      dLeft.fma(a5, FloatVector.fromArray(FLOATS, y, yOffset + 160)).intoArray(y, yOffset + 160);
      dRight.fma(b5, FloatVector.fromArray(FLOATS, y, yOffset + 176)).intoArray(y, yOffset + 176);
      dLeft.fma(a6, FloatVector.fromArray(FLOATS, y, yOffset + 192)).intoArray(y, yOffset + 192);
      dRight.fma(b6, FloatVector.fromArray(FLOATS, y, yOffset + 208)).intoArray(y, yOffset + 208);
      dLeft.fma(a7, FloatVector.fromArray(FLOATS, y, yOffset + 224)).intoArray(y, yOffset + 224);
      dRight.fma(b7, FloatVector.fromArray(FLOATS, y, yOffset + 240)).intoArray(y, yOffset + 240);
      if (usesSums) {
        addOffsets(panels.offsets, scale, 8, sums, sumsOffset + g, sumsPitch, y, yOffset);
      }
    }
  }

  /** 4 rows. */
  private static void rows4(
      UnpackedPanels panels,
      int groups,
      int groupSize,
      int columns,
      boolean usesSums,
      float[] x,
      int xOffset,
      int xPitch,
      float[] sums,
      int sumsOffset,
      int sumsPitch,
      float[] y,
      int yOffset) {
    float[] scales = panels.scales;
    for (int g = 0; g < groups; g++) {
      int first = g * groupSize;
      int count = Math.min(groupSize, columns - first);
      int k = xOffset + first;
      long at = panels.codes + first * 128L;
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector b0 = FloatVector.zero(FLOATS);
      FloatVector a1 = FloatVector.zero(FLOATS);
      FloatVector b1 = FloatVector.zero(FLOATS);
      FloatVector a2 = FloatVector.zero(FLOATS);
      FloatVector b2 = FloatVector.zero(FLOATS);
      FloatVector a3 = FloatVector.zero(FLOATS);
      FloatVector b3 = FloatVector.zero(FLOATS);
      for (int i = 0; i < count; i++) {
        FloatVector left = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L, ORDER);
        FloatVector right =
            FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L + 64, ORDER);
        FloatVector x0 = FloatVector.broadcast(FLOATS, x[k + i]);
        a0 = left.fma(x0, a0);
        b0 = right.fma(x0, b0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + i + xPitch]);
        a1 = left.fma(x1, a1);
        b1 = right.fma(x1, b1);
        FloatVector x2 = FloatVector.broadcast(FLOATS, x[k + i + 2 * xPitch]);
        a2 = left.fma(x2, a2);
        b2 = right.fma(x2, b2);
        FloatVector x3 = FloatVector.broadcast(FLOATS, x[k + i + 3 * xPitch]);
        a3 = left.fma(x3, a3);
        b3 = right.fma(x3, b3);
      }
      int scale = g * UnpackedPanels.WIDTH;
      FloatVector dLeft = FloatVector.fromArray(FLOATS, scales, scale);
      FloatVector dRight = FloatVector.fromArray(FLOATS, scales, scale + 16);
      dLeft.fma(a0, FloatVector.fromArray(FLOATS, y, yOffset + 0)).intoArray(y, yOffset + 0);
      dRight.fma(b0, FloatVector.fromArray(FLOATS, y, yOffset + 16)).intoArray(y, yOffset + 16);
      dLeft.fma(a1, FloatVector.fromArray(FLOATS, y, yOffset + 32)).intoArray(y, yOffset + 32);
      dRight.fma(b1, FloatVector.fromArray(FLOATS, y, yOffset + 48)).intoArray(y, yOffset + 48);
      dLeft.fma(a2, FloatVector.fromArray(FLOATS, y, yOffset + 64)).intoArray(y, yOffset + 64);
      dRight.fma(b2, FloatVector.fromArray(FLOATS, y, yOffset + 80)).intoArray(y, yOffset + 80);
      dLeft.fma(a3, FloatVector.fromArray(FLOATS, y, yOffset + 96)).intoArray(y, yOffset + 96);
      dRight.fma(b3, FloatVector.fromArray(FLOATS, y, yOffset + 112)).intoArray(y, yOffset + 112);
      if (usesSums) {
        addOffsets(panels.offsets, scale, 4, sums, sumsOffset + g, sumsPitch, y, yOffset);
      }
    }
  }

  /** 1 row. */
  private static void rows1(
      UnpackedPanels panels,
      int groups,
      int groupSize,
      int columns,
      boolean usesSums,
      float[] x,
      int xOffset,
      int xPitch,
      float[] sums,
      int sumsOffset,
      int sumsPitch,
      float[] y,
      int yOffset) {
    float[] scales = panels.scales;
    for (int g = 0; g < groups; g++) {
      int first = g * groupSize;
      int count = Math.min(groupSize, columns - first);
      int k = xOffset + first;
      long at = panels.codes + first * 128L;
      FloatVector a0 = FloatVector.zero(FLOATS);
      FloatVector b0 = FloatVector.zero(FLOATS);
      for (int i = 0; i < count; i++) {
        FloatVector left = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L, ORDER);
        FloatVector right =
            FloatVector.fromMemorySegment(FLOATS, MEMORY, at + i * 128L + 64, ORDER);
        FloatVector x0 = FloatVector.broadcast(FLOATS, x[k + i]);
        a0 = left.fma(x0, a0);
        b0 = right.fma(x0, b0);
      }
      int scale = g * UnpackedPanels.WIDTH;
      FloatVector dLeft = FloatVector.fromArray(FLOATS, scales, scale);
      FloatVector dRight = FloatVector.fromArray(FLOATS, scales, scale + 16);
      dLeft.fma(a0, FloatVector.fromArray(FLOATS, y, yOffset + 0)).intoArray(y, yOffset + 0);
      dRight.fma(b0, FloatVector.fromArray(FLOATS, y, yOffset + 16)).intoArray(y, yOffset + 16);
      if (usesSums) {
        addOffsets(panels.offsets, scale, 1, sums, sumsOffset + g, sumsPitch, y, yOffset);
      }
    }
  }

  private static void addOffsets(
      float[] offsets,
      int offset,
      int rows,
      float[] sums,
      int sumsOffset,
      int sumsPitch,
      float[] y,
      int yOffset) {
    FloatVector left = FloatVector.fromArray(FLOATS, offsets, offset);
    FloatVector right = FloatVector.fromArray(FLOATS, offsets, offset + 16);
    for (int r = 0; r < rows; r++) {
      FloatVector sum = FloatVector.broadcast(FLOATS, sums[sumsOffset + r * sumsPitch]);
      int at = yOffset + 32 * r;
      left.fma(sum, FloatVector.fromArray(FLOATS, y, at)).intoArray(y, at);
      right.fma(sum, FloatVector.fromArray(FLOATS, y, at + 16)).intoArray(y, at + 16);
    }
  }
}
