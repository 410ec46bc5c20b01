package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code linear.cu}. Addresses are of device memory. */
public final class LinearKernels {
  private static final int TILE = 64;
  private static final int THREADS = 128;

  private static final KernelSignature TILE_BF16 = tile("bf16");
  private static final KernelSignature TILE_F32 = tile("f32");

  static final List<KernelSignature> SIGNATURES = List.of(TILE_BF16, TILE_F32);

  private final Launcher launcher;
  private final KernelFunction tileBf16;
  private final KernelFunction tileF32;

  public LinearKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    tileBf16 = modules.function(TILE_BF16);
    tileF32 = modules.function(TILE_F32);
  }

  private static KernelSignature tile(String type) {
    return new KernelSignature(
        "linear_tile_" + type, POINTER, POINTER, POINTER, INT, INT, INT, INT, INT);
  }

  /**
   * {@code out = x wT}, or added to it.
   *
   * @param out [rows, stride] float32 if {@code floats}, else bf16; {@code outs} columns are
   *     written
   * @param x [rows, in] bf16
   * @param w [outs, in] bf16
   */
  public void tile(
      boolean floats,
      long out,
      long x,
      long w,
      int rows,
      int outs,
      int in,
      int stride,
      boolean add) {
    launcher
        .begin(
            floats ? tileF32 : tileBf16,
            Math.ceilDiv(outs, TILE),
            Math.ceilDiv(rows, TILE),
            THREADS)
        .pointer(out)
        .pointer(x)
        .pointer(w)
        .integer(rows)
        .integer(outs)
        .integer(in)
        .integer(stride)
        .integer(add ? 1 : 0)
        .launch();
  }
}
