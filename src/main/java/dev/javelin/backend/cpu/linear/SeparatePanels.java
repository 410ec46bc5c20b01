package dev.javelin.backend.cpu.linear;

import dev.javelin.quant.PackedWeight;

/** Kernels whose panels lie one after the other and are multiplied one at a time. */
abstract sealed class SeparatePanels extends PanelKernel
    permits FiveBitPanels, FloatPanels, HalfPanels {

  SeparatePanels(String name, int groupSize, int groupBytes, boolean usesSums) {
    super(name, groupSize, groupBytes, 1, usesSums);
  }

  /** Bytes of one panel. */
  private long panelBytes(int columns) {
    return pairBytes(columns) / 2;
  }

  /** Address of group {@code group} in a panel. */
  final long groupAddress(long panel, int group) {
    return panel + (long) group * groupBytes();
  }

  @Override
  public final void pack(PackedWeight weight, int firstRow, int rows, long pair) {
    packPanel(weight, firstRow, Math.min(rows, ROWS), pair);
    if (rows > ROWS) {
      packPanel(weight, firstRow + ROWS, rows - ROWS, pair + panelBytes(weight.columns()));
    }
  }

  @Override
  public final void multiply(
      long pair,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset) {
    multiplyPanel(pair, columns, x, xOffset, sums, sumsOffset, target, targetOffset);
    long second = pair + panelBytes(columns);
    multiplyPanel(second, columns, x, xOffset, sums, sumsOffset, target, targetOffset + ROWS);
  }

  @Override
  public final void unpack(
      long pair, int columns, int firstGroup, int groups, UnpackedPanels target) {
    unpackPanel(pair, columns, firstGroup, groups, target, 0);
    unpackPanel(pair + panelBytes(columns), columns, firstGroup, groups, target, 1);
  }

  /** {@link #pack} for up to 16 rows. */
  abstract void packPanel(PackedWeight weight, int firstRow, int rows, long panel);

  /** {@link #multiply} for 16 outputs. */
  abstract void multiplyPanel(
      long panel,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset);

  /**
   * {@link #unpack} for one panel.
   *
   * @param half 0 or 1: the left or the right 16 columns of the tile
   */
  abstract void unpackPanel(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half);
}
