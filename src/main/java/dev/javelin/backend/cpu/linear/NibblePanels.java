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
 * Codes of four bits, eight of one row to an int. Lines of 64 bytes, one lane a row, come in fours:
 * the left and the right panel of one group, then those of the next. Two groups are a header, then
 * 4 x 4 lines with 8 columns each. The header is four lines of (d f16 | m f16 << 16), or four lines
 * of d and four of m in float32 where f16 would lose bits of them.
 *
 * <p>Every instruction counts, so of the four codes in each half of an int none is shifted down:
 * code i stands for 16^i times its value, and {@link PanelInput} divides x by that.
 */
final class NibblePanels extends PanelKernel {
  static final NibblePanels HALF_SCALES = new NibblePanels("4-bit panels", 64);
  static final NibblePanels FLOAT_SCALES =
      new NibblePanels("4-bit panels with float32 scales", 128);

  private static final int CODE_BYTES = 256;

  // Undoes the exponent bias of an f16 whose bits were moved to the place of a float32's.
  private static final float HALF_BIAS = 0x1p112f;

  private static final int HALF_MASK = 0x8fffe000;

  private final int headerBytes;

  private NibblePanels(String name, int headerBytes) {
    super(name, 32, headerBytes + CODE_BYTES, 2, true);
    this.headerBytes = headerBytes;
  }

  @Override
  public boolean scalesInput() {
    return true;
  }

  @Override
  public void pack(PackedWeight weight, int firstRow, int rows, long pair) {
    QuantizedRow row = new QuantizedRow(weight.columns());
    int groups = weight.columns() / 32;
    for (int r = 0; r < rows; r++) {
      row.read(weight, firstRow + r);
      for (int g = 0; g < groups; g++) {
        long header = twoGroups(pair, g) + 128L * (g & 1) + 4L * r;
        if (headerBytes == 64) {
          int d = Float.floatToFloat16(row.scales[g]) & 0xffff;
          int m = Float.floatToFloat16(row.offsets[g]) & 0xffff;
          MEMORY.set(ValueLayout.JAVA_INT, header, d | m << 16);
        } else {
          MEMORY.set(ValueLayout.JAVA_FLOAT, header, row.scales[g]);
          MEMORY.set(ValueLayout.JAVA_FLOAT, header + 256, row.offsets[g]);
        }
        long codes = header + 4L * headerBytes;
        for (int line = 0; line < 4; line++) {
          int word = 0;
          for (int i = 0; i < 8; i++) {
            word |= (row.codes[g * 32 + line * 8 + i] & 15) << 4 * i;
          }
          MEMORY.set(ValueLayout.JAVA_INT, codes + 256L * line, word);
        }
      }
    }
  }

  /** Address of the two groups that {@code group} is in. */
  private long twoGroups(long pair, int group) {
    return pair + (group >> 1) * 4L * groupBytes();
  }

  @Override
  public void multiply(
      long pair,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    int groups = groups(columns);
    if (headerBytes == 64) {
      multiplyHalf(pair, groups, x, xOffset, sums, sumsOffset, target, targetOffset);
    } else {
      multiplyFloat(pair, groups, x, xOffset, sums, sumsOffset, target, targetOffset);
    }
  }

  // No helper methods in the loops: beyond a number of nodes the compiler inlines only the vector
  // API itself, and a vector that crosses a call is an object.

  private static void multiplyHalf(
      long pair,
      int groups,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    FloatVector yl = FloatVector.zero(FLOATS);
    FloatVector yr = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g += 2) {
      long at = pair + (g >> 1) * 1280L;
      FloatVector l0 = FloatVector.zero(FLOATS);
      FloatVector r0 = FloatVector.zero(FLOATS);
      FloatVector l1 = FloatVector.zero(FLOATS);
      FloatVector r1 = FloatVector.zero(FLOATS);
      for (int part = 0; part < 8; part++) {
        long codes = at + 256 + (part >> 1) * 256L;
        int shift = (part & 1) * 16;
        int k = xOffset + g * 32 + part * 4;
        IntVector vl0 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vr0 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 64, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vl1 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 128, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vr1 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 192, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        FloatVector x00 = FloatVector.broadcast(FLOATS, x[k]);
        l0 = ((FloatVector) vl0.and(0xf).convert(VectorOperators.I2F, 0)).fma(x00, l0);
        r0 = ((FloatVector) vr0.and(0xf).convert(VectorOperators.I2F, 0)).fma(x00, r0);
        FloatVector x01 = FloatVector.broadcast(FLOATS, x[k + 32]);
        l1 = ((FloatVector) vl1.and(0xf).convert(VectorOperators.I2F, 0)).fma(x01, l1);
        r1 = ((FloatVector) vr1.and(0xf).convert(VectorOperators.I2F, 0)).fma(x01, r1);
        FloatVector x10 = FloatVector.broadcast(FLOATS, x[k + 1]);
        l0 = ((FloatVector) vl0.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x10, l0);
        r0 = ((FloatVector) vr0.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x10, r0);
        FloatVector x11 = FloatVector.broadcast(FLOATS, x[k + 33]);
        l1 = ((FloatVector) vl1.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x11, l1);
        r1 = ((FloatVector) vr1.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x11, r1);
        FloatVector x20 = FloatVector.broadcast(FLOATS, x[k + 2]);
        l0 = ((FloatVector) vl0.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x20, l0);
        r0 = ((FloatVector) vr0.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x20, r0);
        FloatVector x21 = FloatVector.broadcast(FLOATS, x[k + 34]);
        l1 = ((FloatVector) vl1.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x21, l1);
        r1 = ((FloatVector) vr1.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x21, r1);
        FloatVector x30 = FloatVector.broadcast(FLOATS, x[k + 3]);
        l0 = ((FloatVector) vl0.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x30, l0);
        r0 = ((FloatVector) vr0.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x30, r0);
        FloatVector x31 = FloatVector.broadcast(FLOATS, x[k + 35]);
        l1 = ((FloatVector) vl1.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x31, l1);
        r1 = ((FloatVector) vr1.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x31, r1);
      }
      FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[sumsOffset + g]);
      FloatVector sum1 = FloatVector.broadcast(FLOATS, sums[sumsOffset + g + 1]);
      IntVector hl0 = IntVector.fromMemorySegment(INTS, MEMORY, at + 0, ORDER);
      yl =
          hl0.lanewise(VectorOperators.ASHR, 3)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_BIAS)
              .fma(
                  sum0,
                  hl0.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats()
                      .mul(HALF_BIAS)
                      .fma(l0, yl));
      IntVector hr0 = IntVector.fromMemorySegment(INTS, MEMORY, at + 64, ORDER);
      yr =
          hr0.lanewise(VectorOperators.ASHR, 3)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_BIAS)
              .fma(
                  sum0,
                  hr0.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats()
                      .mul(HALF_BIAS)
                      .fma(r0, yr));
      IntVector hl1 = IntVector.fromMemorySegment(INTS, MEMORY, at + 128, ORDER);
      yl =
          hl1.lanewise(VectorOperators.ASHR, 3)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_BIAS)
              .fma(
                  sum1,
                  hl1.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats()
                      .mul(HALF_BIAS)
                      .fma(l1, yl));
      IntVector hr1 = IntVector.fromMemorySegment(INTS, MEMORY, at + 192, ORDER);
      yr =
          hr1.lanewise(VectorOperators.ASHR, 3)
              .and(HALF_MASK)
              .reinterpretAsFloats()
              .mul(HALF_BIAS)
              .fma(
                  sum1,
                  hr1.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 3)
                      .and(HALF_MASK)
                      .reinterpretAsFloats()
                      .mul(HALF_BIAS)
                      .fma(r1, yr));
    }
    yl.intoArray(target, targetOffset);
    yr.intoArray(target, targetOffset + ROWS);
  }

  private static void multiplyFloat(
      long pair,
      int groups,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    FloatVector yl = FloatVector.zero(FLOATS);
    FloatVector yr = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g += 2) {
      long at = pair + (g >> 1) * 1536L;
      FloatVector l0 = FloatVector.zero(FLOATS);
      FloatVector r0 = FloatVector.zero(FLOATS);
      FloatVector l1 = FloatVector.zero(FLOATS);
      FloatVector r1 = FloatVector.zero(FLOATS);
      for (int part = 0; part < 8; part++) {
        long codes = at + 512 + (part >> 1) * 256L;
        int shift = (part & 1) * 16;
        int k = xOffset + g * 32 + part * 4;
        IntVector vl0 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vr0 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 64, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vl1 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 128, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        IntVector vr1 =
            IntVector.fromMemorySegment(INTS, MEMORY, codes + 192, ORDER)
                .lanewise(VectorOperators.LSHR, shift);
        FloatVector x00 = FloatVector.broadcast(FLOATS, x[k]);
        l0 = ((FloatVector) vl0.and(0xf).convert(VectorOperators.I2F, 0)).fma(x00, l0);
        r0 = ((FloatVector) vr0.and(0xf).convert(VectorOperators.I2F, 0)).fma(x00, r0);
        FloatVector x01 = FloatVector.broadcast(FLOATS, x[k + 32]);
        l1 = ((FloatVector) vl1.and(0xf).convert(VectorOperators.I2F, 0)).fma(x01, l1);
        r1 = ((FloatVector) vr1.and(0xf).convert(VectorOperators.I2F, 0)).fma(x01, r1);
        FloatVector x10 = FloatVector.broadcast(FLOATS, x[k + 1]);
        l0 = ((FloatVector) vl0.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x10, l0);
        r0 = ((FloatVector) vr0.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x10, r0);
        FloatVector x11 = FloatVector.broadcast(FLOATS, x[k + 33]);
        l1 = ((FloatVector) vl1.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x11, l1);
        r1 = ((FloatVector) vr1.and(0xf0).convert(VectorOperators.I2F, 0)).fma(x11, r1);
        FloatVector x20 = FloatVector.broadcast(FLOATS, x[k + 2]);
        l0 = ((FloatVector) vl0.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x20, l0);
        r0 = ((FloatVector) vr0.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x20, r0);
        FloatVector x21 = FloatVector.broadcast(FLOATS, x[k + 34]);
        l1 = ((FloatVector) vl1.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x21, l1);
        r1 = ((FloatVector) vr1.and(0xf00).convert(VectorOperators.I2F, 0)).fma(x21, r1);
        FloatVector x30 = FloatVector.broadcast(FLOATS, x[k + 3]);
        l0 = ((FloatVector) vl0.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x30, l0);
        r0 = ((FloatVector) vr0.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x30, r0);
        FloatVector x31 = FloatVector.broadcast(FLOATS, x[k + 35]);
        l1 = ((FloatVector) vl1.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x31, l1);
        r1 = ((FloatVector) vr1.and(0xf000).convert(VectorOperators.I2F, 0)).fma(x31, r1);
      }
      FloatVector sum0 = FloatVector.broadcast(FLOATS, sums[sumsOffset + g]);
      FloatVector sum1 = FloatVector.broadcast(FLOATS, sums[sumsOffset + g + 1]);
      yl =
          FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 256, ORDER)
              .fma(sum0, FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 0, ORDER).fma(l0, yl));
      yr =
          FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 320, ORDER)
              .fma(sum0, FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 64, ORDER).fma(r0, yr));
      yl =
          FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 384, ORDER)
              .fma(
                  sum1, FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 128, ORDER).fma(l1, yl));
      yr =
          FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 448, ORDER)
              .fma(
                  sum1, FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 192, ORDER).fma(r1, yr));
    }
    yl.intoArray(target, targetOffset);
    yr.intoArray(target, targetOffset + ROWS);
  }

  /** Float16 in the lower half of each lane to float32. */
  private static FloatVector lowerHalf(IntVector v) {
    return upperHalf(v.lanewise(VectorOperators.LSHL, 16));
  }

  /** Float16 in the upper half of each lane to float32. */
  private static FloatVector upperHalf(IntVector v) {
    return v.lanewise(VectorOperators.ASHR, 3).and(HALF_MASK).reinterpretAsFloats().mul(HALF_BIAS);
  }

  @Override
  public void unpack(long pair, int columns, int firstGroup, int groups, UnpackedPanels target) {
    for (int g = 0; g < groups; g++) {
      for (int half = 0; half < 2; half++) {
        long header = twoGroups(pair, firstGroup + g) + 128L * (g & 1) + 64L * half;
        int scale = g * UnpackedPanels.WIDTH + half * ROWS;
        if (headerBytes == 64) {
          IntVector dm = IntVector.fromMemorySegment(INTS, MEMORY, header, ORDER);
          lowerHalf(dm).intoArray(target.scales, scale);
          upperHalf(dm).intoArray(target.offsets, scale);
        } else {
          FloatVector.fromMemorySegment(FLOATS, MEMORY, header, ORDER)
              .intoArray(target.scales, scale);
          FloatVector.fromMemorySegment(FLOATS, MEMORY, header + 256, ORDER)
              .intoArray(target.offsets, scale);
        }
        unpackCodes(header + 4L * headerBytes, target.code(g * 32, half));
      }
    }
  }

  private static void unpackCodes(long codes, long to) {
    for (int line = 0; line < 4; line++) {
      IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, codes + line * 256L, ORDER);
      IntVector w = v.lanewise(VectorOperators.LSHR, 16);
      long code = to + line * 1024L;
      ((FloatVector) v.and(0xf).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code, ORDER);
      ((FloatVector) v.and(0xf0).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 128, ORDER);
      ((FloatVector) v.and(0xf00).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 256, ORDER);
      ((FloatVector) v.and(0xf000).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 384, ORDER);
      ((FloatVector) w.and(0xf).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 512, ORDER);
      ((FloatVector) w.and(0xf0).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 640, ORDER);
      ((FloatVector) w.and(0xf00).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 768, ORDER);
      ((FloatVector) w.and(0xf000).convert(VectorOperators.I2F, 0))
          .intoMemorySegment(MEMORY, code + 896, ORDER);
    }
  }
}
