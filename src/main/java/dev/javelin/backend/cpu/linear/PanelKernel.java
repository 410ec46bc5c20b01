package dev.javelin.backend.cpu.linear;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;

/**
 * How one kind of panel is stored and multiplied. A panel holds 16 rows of a weight, one per vector
 * lane; its columns are cut into groups that share a scale d and an offset m. Every path computes
 * one output in exactly this order, so all agree bit for bit:
 *
 * <pre>
 * y = fma(m_g, sum of x_k, fma(d_g, s_g, y)) for every group g in order, from y = 0
 * s_g = fma(q_k, x_k, s_g)                   for every k of g in order, from s_g = 0
 * </pre>
 */
public abstract sealed class PanelKernel
    permits BytePanels, FiveBitPanels, FloatPanels, HalfPanels, NibblePanels {
  /** Rows of a panel. */
  public static final int ROWS = 16;

  private final String name;
  private final int groupSize;
  private final int groupBytes;
  private final boolean usesSums;

  PanelKernel(String name, int groupSize, int groupBytes, boolean usesSums) {
    this.name = name;
    this.groupSize = groupSize;
    this.groupBytes = groupBytes;
    this.usesSums = usesSums;
  }

  /**
   * The kernel for a weight. Formats without panels of their own are decoded at load and kept as
   * float32 panels: correct at four bytes a weight.
   */
  public static PanelKernel of(PackedWeight weight) {
    boolean wholeGroups = weight.columns() % 32 == 0;
    return switch (weight.format()) {
      case Q4_0, Q4_1 -> NibblePanels.HALF_SCALES;
      case Q4_K -> NibblePanels.FLOAT_SCALES;
      case Q5_0, Q5_1 -> FiveBitPanels.HALF_SCALES;
      case Q5_K -> FiveBitPanels.FLOAT_SCALES;
      case Q8_0, IQ4_NL -> BytePanels.GROUPS_OF_32;
      case Q6_K -> BytePanels.GROUPS_OF_16;
      case F16 -> wholeGroups ? HalfPanels.F16 : FloatPanels.INSTANCE;
      case BF16 -> wholeGroups ? HalfPanels.BF16 : FloatPanels.INSTANCE;
      case F32,
          F64,
          Q2_K,
          Q3_K,
          IQ2_XXS,
          IQ2_XS,
          IQ3_XXS,
          IQ1_S,
          IQ3_S,
          IQ2_S,
          IQ4_XS,
          IQ1_M,
          TQ1_0,
          TQ2_0,
          MXFP4,
          NVFP4,
          Q1_0,
          Q2_0 ->
          FloatPanels.INSTANCE;
    };
  }

  /** For logs: {@code Q4_1: 4-bit panels}. A format without a kernel of its own says so. */
  public final String describe(WeightFormat format) {
    boolean decoded = this == FloatPanels.INSTANCE && format != WeightFormat.F32;
    return format + ": " + name + (decoded ? ", decoded at load to 4 bytes a weight" : "");
  }

  /** Columns that share a scale. */
  public final int groupSize() {
    return groupSize;
  }

  /** Whether the offsets m are not all zero, so that the sums of x are needed. */
  public final boolean usesSums() {
    return usesSums;
  }

  /** Groups of a row; the last one may be short for plain floats. */
  public final int groups(int columns) {
    return (columns + groupSize - 1) / groupSize;
  }

  /** Bytes of one panel, a multiple of 64. */
  public final long panelBytes(int columns) {
    return (long) groups(columns) * groupBytes;
  }

  /** Address of group {@code group} in a panel. */
  final long groupAddress(long panel, int group) {
    return panel + (long) group * groupBytes;
  }

  /**
   * Repacks up to 16 rows.
   *
   * @param panel address of zeroed memory of {@link #panelBytes}, 64-byte aligned
   */
  public abstract void pack(PackedWeight weight, int firstRow, int rows, long panel);

  /**
   * One row of x times one panel.
   *
   * @param x from {@code xOffset} one row of {@code columns}
   * @param sums from {@code sumsOffset} the sums of that row's groups of 32; read if {@link
   *     #usesSums}
   * @param target receives 16 outputs from {@code targetOffset}
   */
  public abstract void multiply(
      long panel,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset);

  /**
   * Expands whole groups for a tile.
   *
   * @param half 0 or 1: the left or the right 16 columns of the tile
   */
  public abstract void unpack(
      long panel, int columns, int firstGroup, int groups, UnpackedPanels target, int half);
}
