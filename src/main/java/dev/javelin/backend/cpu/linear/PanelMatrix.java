package dev.javelin.backend.cpu.linear;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.Arena;

/**
 * One weight as panels, in pairs: pair p holds rows {@code 32 p .. 32 p + 31}; rows that do not
 * exist are zero.
 */
public final class PanelMatrix {
  private static final long HUGE_PAGE = 2L << 20;

  private final PackedWeight weight;
  private final PanelKernel kernel;
  private final int rows;
  private final int columns;
  private final long panelBytes;
  private final long address;

  /** Allocates the panels; {@link #pack} fills them. */
  public PanelMatrix(PackedWeight weight, Arena arena) {
    this.weight = weight;
    kernel = PanelKernel.of(weight);
    rows = weight.rows();
    columns = weight.columns();
    panelBytes = kernel.panelBytes(columns);
    long bytes = Math.multiplyExact(panelBytes, 2L * pairs());
    address = arena.allocate(bytes, bytes >= HUGE_PAGE ? HUGE_PAGE : 64).address();
  }

  public PanelKernel kernel() {
    return kernel;
  }

  public int rows() {
    return rows;
  }

  public int pairs() {
    return (rows + UnpackedPanels.WIDTH - 1) / UnpackedPanels.WIDTH;
  }

  /** Fills pairs {@code [from, to)} from the weight. */
  public void pack(int from, int to) {
    for (int panel = 2 * from; panel < 2 * to; panel++) {
      int first = panel * PanelKernel.ROWS;
      int count = Math.min(PanelKernel.ROWS, rows - first);
      if (count > 0) {
        kernel.pack(weight, first, count, address + panel * panelBytes);
      }
    }
  }

  /**
   * One row of x times one pair.
   *
   * @param y receives 32 outputs from {@code yOffset}
   */
  public void multiply(
      int pair, float[] x, int xOffset, float[] sums, int sumsOffset, float[] y, int yOffset) {
    long panel = address + 2 * pair * panelBytes;
    kernel.multiply(panel, columns, x, xOffset, sums, sumsOffset, y, yOffset);
    if (pair * UnpackedPanels.WIDTH + PanelKernel.ROWS < rows) {
      kernel.multiply(
          panel + panelBytes, columns, x, xOffset, sums, sumsOffset, y, yOffset + PanelKernel.ROWS);
    }
  }

  /**
   * Many rows of x times one pair.
   *
   * @param y [count, 32] zeroed, receives the outputs
   */
  public void multiplyRows(
      int pair,
      int count,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      int sumsPitch,
      UnpackedPanels scratch,
      float[] y) {
    long panel = address + 2 * pair * panelBytes;
    int size = kernel.groupSize();
    int groups = kernel.groups(columns);
    int groupsAtOnce = UnpackedPanels.MAX_COLUMNS / size;
    boolean usesSums = kernel.usesSums();
    for (int g = 0; g < groups; g += groupsAtOnce) {
      int some = Math.min(groupsAtOnce, groups - g);
      kernel.unpack(panel, columns, g, some, scratch, 0);
      kernel.unpack(panel + panelBytes, columns, g, some, scratch, 1);
      int first = g * size;
      int left = Math.min(some * size, columns - first);
      int row = 0;
      for (; row + 4 <= count; row += 4) {
        Tile.rows4(
            scratch,
            some,
            size,
            left,
            usesSums,
            x,
            xOffset + row * columns + first,
            columns,
            sums,
            sumsOffset + row * sumsPitch + g,
            sumsPitch,
            y,
            row * UnpackedPanels.WIDTH);
      }
      for (; row < count; row++) {
        Tile.rows1(
            scratch,
            some,
            size,
            left,
            usesSums,
            x,
            xOffset + row * columns + first,
            columns,
            sums,
            sumsOffset + row * sumsPitch + g,
            sumsPitch,
            y,
            row * UnpackedPanels.WIDTH);
      }
    }
  }
}
