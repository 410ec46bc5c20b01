package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;
import static dev.javelin.backend.cpu.simd.Lanes.INTS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Plain weights of 16 bits, BF16 or F16: an int of a lane holds columns k and k + 1. */
final class HalfPanels extends SeparatePanels {
  static final HalfPanels BF16 = new HalfPanels("bfloat16 panels");
  static final HalfPanels F16 = new HalfPanels("float16 panels");

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private HalfPanels(String name) {
    super(name, 32, 32 * 32, false);
  }

  @Override
  void packPanel(PackedWeight weight, int firstRow, int rows, long panel) {
    for (int r = 0; r < rows; r++) {
      long row = weight.rowOffset(firstRow + r);
      for (int k = 0; k < weight.columns(); k++) {
        MEMORY.set(
            HALF,
            panel + 64L * (k >> 1) + 4L * r + 2L * (k & 1),
            weight.data().get(HALF, row + 2L * k));
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
    if (this == BF16) {
      multiplyBf16(panel, groups(columns), x, xOffset, target, targetOffset);
    } else {
      multiplyF16(panel, groups(columns), x, xOffset, target, targetOffset);
    }
  }

  private static void multiplyBf16(
      long panel, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      FloatVector s = FloatVector.zero(FLOATS);
      for (int i = 0; i < 16; i++) {
        IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, panel + g * 1024L + i * 64L, ORDER);
        int k = xOffset + g * 32 + 2 * i;
        s =
            v.lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(FLOATS, x[k]), s);
        s = v.and(0xffff0000).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[k + 1]), s);
      }
      y = y.add(s);
    }
    y.intoArray(target, targetOffset);
  }

  private static void multiplyF16(
      long panel, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      FloatVector s = FloatVector.zero(FLOATS);
      for (int i = 0; i < 16; i++) {
        IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, panel + g * 1024L + i * 64L, ORDER);
        int k = xOffset + g * 32 + 2 * i;
        s = widen(v.lanewise(VectorOperators.LSHL, 16)).fma(FloatVector.broadcast(FLOATS, x[k]), s);
        s = widen(v.and(0xffff0000)).fma(FloatVector.broadcast(FLOATS, x[k + 1]), s);
      }
      y = y.add(s);
    }
    y.intoArray(target, targetOffset);
  }

  /** Float16 in the upper half of each lane to float32; finite values only. */
  private static FloatVector widen(IntVector upper) {
    return upper
        .lanewise(VectorOperators.ASHR, 3)
        .and(0x8fffe000)
        .reinterpretAsFloats()
        .mul(0x1p112f);
  }

  @Override
  void unpackPanel(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half) {
    for (int g = 0; g < groups; g++) {
      int scale = g * UnpackedPanels.WIDTH + half * ROWS;
      Arrays.fill(target.scales, scale, scale + ROWS, 1f);
    }
    long at = groupAddress(panel, firstGroup);
    if (this == BF16) {
      unpackBf16(at, groups * 16, target.code(0, half));
    } else {
      unpackF16(at, groups * 16, target.code(0, half));
    }
  }

  private static void unpackBf16(long at, int pairs, long to) {
    for (int i = 0; i < pairs; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, at + i * 64L, ORDER);
      v.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(MEMORY, to + i * 256L, ORDER);
      v.and(0xffff0000).intoMemorySegment(MEMORY, to + i * 256L + 128, ORDER);
    }
  }

  private static void unpackF16(long at, int pairs, long to) {
    for (int i = 0; i < pairs; i++) {
      IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, at + i * 64L, ORDER);
      widen(v.lanewise(VectorOperators.LSHL, 16)).intoMemorySegment(MEMORY, to + i * 256L, ORDER);
      widen(v.and(0xffff0000)).intoMemorySegment(MEMORY, to + i * 256L + 128, ORDER);
    }
  }
}
