package dev.javelin.backend.cpu.linear;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;

/**
 * How one kind of panel is stored and multiplied. A panel holds 16 rows of a weight, one per vector
 * lane; two panels lie together as a pair. Columns are cut into groups that share a scale d and an
 * offset m. Every path computes one output in exactly this order, so all agree bit for bit:
 *
 * <pre>
 * y = fma(m_g, sum of x_k, fma(d_g, s_g, y)) for every group g in order, from y = 0
 * s_g = fma(q_k, x_k, s_g)                   for every k of g in order, from s_g = 0
 * </pre>
 *
 * A chain of additions has a latency that one panel cannot hide. Where it pays, a pair interleaves
 * the lines of both panels and of two groups, so that four chains run at once over one stream of
 * memory; a row then has an even number of groups, the last of which may be zeros.
 */
public abstract sealed class PanelKernel permits BytePanels, NibblePanels, SeparatePanels {
  /** Rows of a panel. */
  public static final int ROWS = 16;

  /** Rows of a pair. */
  public static final int PAIR_ROWS = 2 * ROWS;

  private final String name;
  private final int groupSize;
  private final int groupBytes;
  private final int groupMultiple;
  private final boolean usesSums;

  /**
   * @param groupBytes of one group of one panel
   * @param groupMultiple a row has a multiple of so many groups
   */
  PanelKernel(String name, int groupSize, int groupBytes, int groupMultiple, boolean usesSums) {
    this.name = name;
    this.groupSize = groupSize;
    this.groupBytes = groupBytes;
    this.groupMultiple = groupMultiple;
    this.usesSums = usesSums;
  }

  /**
   * The kernel for a weight. Formats without panels of their own are decoded at load and kept as
   * float32 panels: correct at four bytes a weight.
   */
  public static PanelKernel of(PackedWeight weight) {
    return of(weight.format(), weight.columns());
  }

  /** The kernel for a weight of this format with so many columns. */
  static PanelKernel of(WeightFormat format, int columns) {
    boolean wholeGroups = columns % 32 == 0;
    return switch (format) {
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

  /** Whether codes stand for powers of 16 times their value, which {@link PanelInput} undoes. */
  public boolean scalesInput() {
    return false;
  }

  /** Groups of a row with the padding; the last one may be short for plain floats. */
  public final int groups(int columns) {
    int perMultiple = groupSize * groupMultiple;
    return (columns + perMultiple - 1) / perMultiple * groupMultiple;
  }

  /** Columns of a tile: with the padding where that is part of the panels. */
  final int tileColumns(int columns) {
    return groupMultiple == 1 ? columns : groups(columns) * groupSize;
  }

  /** Bytes of one pair, a multiple of 128. */
  public final long pairBytes(int columns) {
    return 2L * groups(columns) * groupBytes;
  }

  /** Bytes of one group of one panel. */
  final int groupBytes() {
    return groupBytes;
  }

  /**
   * Repacks up to 32 rows.
   *
   * @param pair address of zeroed memory of {@link #pairBytes}, 64-byte aligned
   */
  public abstract void pack(PackedWeight weight, int firstRow, int rows, long pair);

  /**
   * One row of x times one pair.
   *
   * @param x from {@code xOffset} one row as {@link PanelInput} prepares it for this kernel
   * @param sums from {@code sumsOffset} the sums of that row's groups of 32; read if {@link
   *     #usesSums}
   * @param target receives 32 outputs from {@code targetOffset}
   */
  public abstract void multiply(
      long pair,
      int columns,
      float[] x,
      int xOffset,
      float[] sums,
      int sumsOffset,
      float[] target,
      int targetOffset);

  /** Expands whole groups for a tile; both numbers are even where pairs interleave groups. */
  public abstract void unpack(
      long pair, int columns, int firstGroup, int groups, UnpackedPanels target);
}
