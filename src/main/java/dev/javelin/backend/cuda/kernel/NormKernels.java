package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code norm.cu}. Addresses are of device memory. */
public final class NormKernels {
  private static final KernelSignature RMS =
      new KernelSignature("norm_rms_bf16", POINTER, POINTER, POINTER, FLOAT, INT);
  private static final KernelSignature ADD_RMS =
      new KernelSignature("norm_add_rms_bf16", POINTER, POINTER, POINTER, POINTER, FLOAT, INT);
  private static final KernelSignature HEADS =
      new KernelSignature("norm_heads_bf16", POINTER, POINTER, POINTER, FLOAT, INT, INT, INT);

  static final List<KernelSignature> SIGNATURES = List.of(RMS, ADD_RMS, HEADS);

  private final Launcher launcher;
  private final KernelFunction rms;
  private final KernelFunction addRms;
  private final KernelFunction heads;

  public NormKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    rms = modules.function(RMS);
    addRms = modules.function(ADD_RMS);
    heads = modules.function(HEADS);
  }

  /**
   * @param out [rows, columns] bf16, may be x
   * @param x [rows, columns] bf16
   * @param weight [columns] float32
   */
  public void rms(long out, long x, long weight, float eps, int rows, int columns) {
    launcher
        .begin(rms, rows, threads(columns))
        .pointer(out)
        .pointer(x)
        .pointer(weight)
        .real(eps)
        .integer(columns)
        .launch();
  }

  /** {@code residual += x; out = rms(residual)}, shapes as in {@link #rms}. */
  public void addRms(
      long out, long residual, long x, long weight, float eps, int rows, int columns) {
    launcher
        .begin(addRms, rows, threads(columns))
        .pointer(out)
        .pointer(residual)
        .pointer(x)
        .pointer(weight)
        .real(eps)
        .integer(columns)
        .launch();
  }

  /**
   * @param qkv [rows, qkvSize] bf16
   * @param queryWeight [headDim] float32
   */
  public void heads(
      long qkv,
      long queryWeight,
      long keyWeight,
      float eps,
      int rows,
      int headDim,
      int numHeads,
      int numKvHeads) {
    launcher
        .begin(heads, rows, numHeads + numKvHeads, threads(headDim))
        .pointer(qkv)
        .pointer(queryWeight)
        .pointer(keyWeight)
        .real(eps)
        .integer(headDim)
        .integer(numHeads)
        .integer((numHeads + 2 * numKvHeads) * headDim)
        .launch();
  }

  /** Whole warps, enough that a thread has a vector or two of eight. */
  private static int threads(int columns) {
    return Math.clamp((columns / 8 + 31) / 32 * 32, 32, 512);
  }
}
