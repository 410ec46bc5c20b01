package dev.javelin.backend.cpu.linear;

import static dev.javelin.backend.cpu.simd.Lanes.INTS;
import static dev.javelin.backend.cpu.simd.Lanes.MEMORY;
import static dev.javelin.backend.cpu.simd.Lanes.ORDER;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import jdk.incubator.vector.IntVector;

/**
 * One weight as panels, in pairs: pair p holds rows {@code 32 p .. 32 p + 31}; rows that do not
 * exist are zero.
 */
public final class PanelMatrix {
  private final PackedWeight weight;
  private final PanelKernel kernel;
  private final int rows;
  private final int columns;
  private final long pairBytes;
  private final long address;

  /** Allocates the panels; {@link #pack} fills them. */
  public PanelMatrix(PackedWeight weight, PanelMemory memory) {
    this.weight = weight;
    kernel = PanelKernel.of(weight);
    rows = weight.rows();
    columns = weight.columns();
    pairBytes = kernel.pairBytes(columns);
    address = memory.allocate(Math.multiplyExact(pairBytes, (long) pairs()));
  }

  /** Bytes that the panels of a weight [rows, columns] take. */
  public static long bytes(WeightFormat format, int rows, int columns) {
    int pairs = (rows + UnpackedPanels.WIDTH - 1) / UnpackedPanels.WIDTH;
    return Math.multiplyExact(PanelKernel.of(format, columns).pairBytes(columns), (long) pairs);
  }

  /** {@link PanelKernel#scalesInput} of a weight's kernel. */
  public static boolean scalesInput(WeightFormat format, int columns) {
    return PanelKernel.of(format, columns).scalesInput();
  }

  public PanelKernel kernel() {
    return kernel;
  }

  public int rows() {
    return rows;
  }

  public int pairs() {
    return (rows + PanelKernel.PAIR_ROWS - 1) / PanelKernel.PAIR_ROWS;
  }

  /** Fills pairs {@code [from, to)} from the weight. */
  public void pack(int from, int to) {
    for (int pair = from; pair < to; pair++) {
      int first = pair * PanelKernel.PAIR_ROWS;
      int count = Math.min(PanelKernel.PAIR_ROWS, rows - first);
      kernel.pack(weight, first, count, address + pair * pairBytes);
    }
  }

  /**
   * Brings a pair into the cache. The multiplying loops have too many instructions to a line for
   * the processor to see far ahead of them, so they alone would wait for most lines.
   *
   * @return a value to keep, so that the loads are not optimised away
   */
  public int touch(int pair) {
    long from = address + pair * pairBytes;
    int lines = (int) (pairBytes >> 6);
    IntVector a = IntVector.zero(INTS);
    IntVector b = IntVector.zero(INTS);
    for (int i = 0; i < lines; i += 2) {
      a = a.or(IntVector.fromMemorySegment(INTS, MEMORY, from + i * 64L, ORDER));
      b = b.or(IntVector.fromMemorySegment(INTS, MEMORY, from + i * 64L + 64, ORDER));
    }
    return a.or(b).lane(0);
  }

  /**
   * One row of x times one pair.
   *
   * @param y receives 32 outputs from {@code yOffset}
   */
  public void multiply(int pair, PanelInput input, int row, float[] y, int yOffset) {
    kernel.multiply(
        address + pair * pairBytes,
        columns,
        input.x,
        input.offset + row * input.pitch,
        input.groupSums,
        row * input.sumsPitch,
        y,
        yOffset);
  }

  /**
   * Many rows of x times one pair.
   *
   * @param y [count, 32] zeroed, receives the outputs
   */
  public void multiplyRows(
      int pair, PanelInput input, int firstRow, int count, UnpackedPanels scratch, float[] y) {
    int size = kernel.groupSize();
    int groups = kernel.groups(columns);
    int groupsAtOnce = UnpackedPanels.MAX_COLUMNS / size;
    boolean usesSums = kernel.usesSums();
    int width = kernel.tileColumns(columns);
    for (int g = 0; g < groups; g += groupsAtOnce) {
      int some = Math.min(groupsAtOnce, groups - g);
      kernel.unpack(address + pair * pairBytes, columns, g, some, scratch);
      int first = g * size;
      int left = Math.min(some * size, width - first);
      Tile.rows(scratch, some, size, left, usesSums, input, firstRow, count, first, g, y);
    }
  }
}
