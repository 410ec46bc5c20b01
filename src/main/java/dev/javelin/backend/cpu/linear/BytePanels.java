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

/**
 * Signed codes of eight bits. Two groups are four lines of float32 scales (left and right panel of
 * one group, then those of the next), then per column four times 16 bytes in the same order.
 */
final class BytePanels extends PanelKernel {
  static final BytePanels GROUPS_OF_32 = new BytePanels("8-bit panels", 32);
  static final BytePanels GROUPS_OF_16 = new BytePanels("8-bit panels in groups of 16", 16);

  private BytePanels(String name, int groupSize) {
    super(name, groupSize, 64 + 16 * groupSize, 2, false);
  }

  @Override
  public void pack(PackedWeight weight, int firstRow, int rows, long pair) {
    QuantizedRow row = new QuantizedRow(weight.columns());
    int size = groupSize();
    int groups = weight.columns() / size;
    for (int r = 0; r < rows; r++) {
      row.read(weight, firstRow + r);
      for (int g = 0; g < groups; g++) {
        long at = twoGroups(pair, g);
        MEMORY.set(ValueLayout.JAVA_FLOAT, at + 128L * (g & 1) + 4L * r, row.scales[g]);
        long codes = at + 256 + 32L * (g & 1) + r;
        for (int i = 0; i < size; i++) {
          MEMORY.set(ValueLayout.JAVA_BYTE, codes + 64L * i, row.codes[g * size + i]);
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
    if (groupSize() == 32) {
      multiply32(pair, groups(columns), x, xOffset, target, targetOffset);
    } else {
      multiply16(pair, groups(columns), x, xOffset, target, targetOffset);
    }
  }

  private static void multiply32(
      long pair, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector yl = FloatVector.zero(FLOATS);
    FloatVector yr = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g += 2) {
      long at = pair + (g >> 1) * 2304L;
      int k = xOffset + g * 32;
      FloatVector l0 = FloatVector.zero(FLOATS);
      FloatVector r0 = FloatVector.zero(FLOATS);
      FloatVector l1 = FloatVector.zero(FLOATS);
      FloatVector r1 = FloatVector.zero(FLOATS);
      for (int i = 0; i < 32; i++) {
        long codes = at + 256 + i * 64L;
        FloatVector x0 = FloatVector.broadcast(FLOATS, x[k + i]);
        l0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 0, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x0, l0);
        r0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 16, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x0, r0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + i + 32]);
        l1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 32, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x1, l1);
        r1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 48, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x1, r1);
      }
      yl = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 0, ORDER).fma(l0, yl);
      yr = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 64, ORDER).fma(r0, yr);
      yl = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 128, ORDER).fma(l1, yl);
      yr = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 192, ORDER).fma(r1, yr);
    }
    yl.intoArray(target, targetOffset);
    yr.intoArray(target, targetOffset + ROWS);
  }

  private static void multiply16(
      long pair, int groups, float[] x, int xOffset, float[] target, int targetOffset) {
    FloatVector yl = FloatVector.zero(FLOATS);
    FloatVector yr = FloatVector.zero(FLOATS);
    for (int g = 0; g < groups; g += 2) {
      long at = pair + (g >> 1) * 1280L;
      int k = xOffset + g * 16;
      FloatVector l0 = FloatVector.zero(FLOATS);
      FloatVector r0 = FloatVector.zero(FLOATS);
      FloatVector l1 = FloatVector.zero(FLOATS);
      FloatVector r1 = FloatVector.zero(FLOATS);
      for (int i = 0; i < 16; i++) {
        long codes = at + 256 + i * 64L;
        FloatVector x0 = FloatVector.broadcast(FLOATS, x[k + i]);
        l0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 0, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x0, l0);
        r0 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 16, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x0, r0);
        FloatVector x1 = FloatVector.broadcast(FLOATS, x[k + i + 16]);
        l1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 32, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x1, l1);
        r1 =
            ((FloatVector)
                    ByteVector.fromMemorySegment(BYTES, MEMORY, codes + 48, ORDER)
                        .convertShape(VectorOperators.B2F, FLOATS, 0))
                .fma(x1, r1);
      }
      yl = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 0, ORDER).fma(l0, yl);
      yr = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 64, ORDER).fma(r0, yr);
      yl = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 128, ORDER).fma(l1, yl);
      yr = FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 192, ORDER).fma(r1, yr);
    }
    yl.intoArray(target, targetOffset);
    yr.intoArray(target, targetOffset + ROWS);
  }

  @Override
  public void unpack(long pair, int columns, int firstGroup, int groups, UnpackedPanels target) {
    int size = groupSize();
    for (int g = 0; g < groups; g++) {
      for (int half = 0; half < 2; half++) {
        long at = twoGroups(pair, firstGroup + g);
        FloatVector.fromMemorySegment(FLOATS, MEMORY, at + 128L * (g & 1) + 64L * half, ORDER)
            .intoArray(target.scales, g * UnpackedPanels.WIDTH + half * ROWS);
        long codes = at + 256 + 32L * (g & 1) + 16L * half;
        unpackCodes(codes, target.code(g * size, half), size);
      }
    }
  }

  private static void unpackCodes(long codes, long to, int size) {
    for (int i = 0; i < size; i++) {
      ((FloatVector)
              ByteVector.fromMemorySegment(BYTES, MEMORY, codes + i * 64L, ORDER)
                  .convertShape(VectorOperators.B2F, FLOATS, 0))
          .intoMemorySegment(MEMORY, to + i * 128L, ORDER);
    }
  }
}
