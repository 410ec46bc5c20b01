package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;
import static dev.javelin.backend.cpu.simd.Lanes.INTS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Codes of five bits: four as in {@link NibblePanels}, and a line with the fifth bits. A group of
 * 32 columns is a header, then the fifth bits (bit k of a lane belongs to column k), then four
 * lines of 64 bytes with 8 columns each. The header is one line of (d f16 | m f16 << 16), or a line
 * of d and a line of m in float32 where f16 would lose bits of them.
 */
final class FiveBitPanels extends SeparatePanels {
  static final FiveBitPanels HALF_SCALES = new FiveBitPanels("5-bit panels", 64);
  static final FiveBitPanels FLOAT_SCALES =
      new FiveBitPanels("5-bit panels with float32 scales", 128);

  private static final int CODE_BYTES = 320;

  // Undoes the exponent bias of an f16 whose bits were moved to the place of a float32's.
  private static final float HALF_BIAS = 0x1p112f;

  private final int headerBytes;

  private FiveBitPanels(String name, int headerBytes) {
    super(name, 32, headerBytes + CODE_BYTES, true);
    this.headerBytes = headerBytes;
  }

  @Override
  void packPanel(PackedWeight weight, int firstRow, int rows, long panel) {
    QuantizedRow row = new QuantizedRow(weight.columns());
    for (int r = 0; r < rows; r++) {
      row.read(weight, firstRow + r);
      for (int g = 0; g < groups(weight.columns()); g++) {
        long at = groupAddress(panel, g) + 4L * r;
        if (headerBytes == 64) {
          int d = Float.floatToFloat16(row.scales[g]) & 0xffff;
          int m = Float.floatToFloat16(row.offsets[g]) & 0xffff;
          MEMORY.set(ValueLayout.JAVA_INT, at, d | m << 16);
        } else {
          MEMORY.set(ValueLayout.JAVA_FLOAT, at, row.scales[g]);
          MEMORY.set(ValueLayout.JAVA_FLOAT, at + 64, row.offsets[g]);
        }
        at += headerBytes;
        int high = 0;
        for (int i = 0; i < 32; i++) {
          high |= (row.codes[g * 32 + i] >>> 4 & 1) << i;
        }
        MEMORY.set(ValueLayout.JAVA_INT, at, high);
        at += 64;
        for (int line = 0; line < 4; line++) {
          int word = 0;
          for (int i = 0; i < 8; i++) {
            word |= (row.codes[g * 32 + line * 8 + i] & 15) << 4 * i;
          }
          MEMORY.set(ValueLayout.JAVA_INT, at + 64L * line, word);
        }
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
    int groups = groups(columns);
    if (headerBytes == 64) {
      multiplyHalf(panel, groups, x, xOffset, sums, sumsOffset, target, targetOffset);
    } else {
      multiplyFloat(panel, groups, x, xOffset, sums, sumsOffset, target, targetOffset);
    }
  }

  private static void multiplyHalf(
      long panel,
      int groups,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      long at = panel + g * 384L;
      FloatVector s = FloatVector.zero(FLOATS);
      IntVector h = IntVector.fromMemorySegment(INTS, MEMORY, at + 64, ORDER);
      for (int line = 0; line < 4; line++) {
        IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, at + 128 + line * 64L, ORDER);
        int k = xOffset + g * 32 + line * 8;
        s =
            ((FloatVector)
                    v.and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 4).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 3).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 1]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 8)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 2).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 2]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 12)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 1).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 3]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 16)
                        .and(15)
                        .or(h.and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 4]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 20)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHR, 1).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 5]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 24)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHR, 2).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 6]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 28)
                        .or(h.lanewise(VectorOperators.LSHR, 3).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 7]), s);
        h = h.lanewise(VectorOperators.LSHR, 8);
      }
      IntVector dm = IntVector.fromMemorySegment(INTS, MEMORY, at, ORDER);
      FloatVector d =
          dm.lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 3)
              .and(0x8fffe000)
              .reinterpretAsFloats()
              .mul(HALF_BIAS);
      FloatVector m =
          dm.lanewise(VectorOperators.ASHR, 3).and(0x8fffe000).reinterpretAsFloats().mul(HALF_BIAS);
      y = m.fma(FloatVector.broadcast(FLOATS, sums[sumsOffset + g]), d.fma(s, y));
    }
    y.intoArray(target, targetOffset);
  }

  private static void multiplyFloat(
      long panel,
      int groups,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    FloatVector y = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g++) {
      long at = panel + g * 448L;
      FloatVector s = FloatVector.zero(FLOATS);
      IntVector h = IntVector.fromMemorySegment(INTS, MEMORY, at + 128, ORDER);
      for (int line = 0; line < 4; line++) {
        IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, at + 192 + line * 64L, ORDER);
        int k = xOffset + g * 32 + line * 8;
        s =
            ((FloatVector)
                    v.and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 4).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 4)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 3).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 1]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 8)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 2).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 2]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 12)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHL, 1).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 3]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 16)
                        .and(15)
                        .or(h.and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 4]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 20)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHR, 1).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 5]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 24)
                        .and(15)
                        .or(h.lanewise(VectorOperators.LSHR, 2).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 6]), s);
        s =
            ((FloatVector)
                    v.lanewise(VectorOperators.LSHR, 28)
                        .or(h.lanewise(VectorOperators.LSHR, 3).and(16))
                        .convert(VectorOperators.I2F, 0))
                .fma(FloatVector.broadcast(FLOATS, x[k + 7]), s);
        h = h.lanewise(VectorOperators.LSHR, 8);
      }
      FloatVector d = FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER);
      FloatVector m = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 64, ORDER);
      y = m.fma(FloatVector.broadcast(FLOATS, sums[sumsOffset + g]), d.fma(s, y));
    }
    y.intoArray(target, targetOffset);
  }

  @Override
  void unpackPanel(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half) {
    for (int g = 0; g < groups; g++) {
      long at = groupAddress(panel, firstGroup + g);
      int scale = g * UnpackedPanels.WIDTH + half * ROWS;
      if (headerBytes == 64) {
        unpackScales(at, target, scale);
      } else {
        FloatVector.fromMemorySegment(FLOATS, MEMORY, at, ORDER).intoArray(target.scales, scale);
        FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 64, ORDER)
            .intoArray(target.offsets, scale);
      }
      unpackCodes(at + headerBytes, target.code(g * 32, half));
    }
  }

  private static void unpackScales(long at, UnpackedPanels target, int scale) {
    IntVector dm = IntVector.fromMemorySegment(INTS, MEMORY, at, ORDER);
    dm.lanewise(VectorOperators.LSHL, 16)
        .lanewise(VectorOperators.ASHR, 3)
        .and(0x8fffe000)
        .reinterpretAsFloats()
        .mul(HALF_BIAS)
        .intoArray(target.scales, scale);
    dm.lanewise(VectorOperators.ASHR, 3)
        .and(0x8fffe000)
        .reinterpretAsFloats()
        .mul(HALF_BIAS)
        .intoArray(target.offsets, scale);
  }

  private static void unpackCodes(long at, long to) {
    IntVector h = IntVector.fromMemorySegment(INTS, MEMORY, at, ORDER);
    for (int line = 0; line < 4; line++) {
      IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, at + 64 + line * 64L, ORDER);
      long code = to + line * 1024L;
      ((FloatVector)
              v.and(15)
                  .or(h.lanewise(VectorOperators.LSHL, 4).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 4)
                  .and(15)
                  .or(h.lanewise(VectorOperators.LSHL, 3).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 128, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 8)
                  .and(15)
                  .or(h.lanewise(VectorOperators.LSHL, 2).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 256, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 12)
                  .and(15)
                  .or(h.lanewise(VectorOperators.LSHL, 1).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 384, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 16)
                  .and(15)
                  .or(h.and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 512, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 20)
                  .and(15)
                  .or(h.lanewise(VectorOperators.LSHR, 1).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 640, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 24)
                  .and(15)
                  .or(h.lanewise(VectorOperators.LSHR, 2).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 768, ORDER);
      ((FloatVector)
              v.lanewise(VectorOperators.LSHR, 28)
                  .or(h.lanewise(VectorOperators.LSHR, 3).and(16))
                  .convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 896, ORDER);
      h = h.lanewise(VectorOperators.LSHR, 8);
    }
  }
}
