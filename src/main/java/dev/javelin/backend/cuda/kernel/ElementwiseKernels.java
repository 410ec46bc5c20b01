package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.LONG;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.backend.Activation;
import java.util.List;

/** Launches {@code elementwise.cu}. Addresses are of device memory. */
public final class ElementwiseKernels {
  private static final KernelSignature ADD =
      new KernelSignature("elementwise_add_bf16", POINTER, POINTER, LONG);
  private static final KernelSignature SCALE_BF16 =
      new KernelSignature("elementwise_scale_bf16", POINTER, FLOAT, LONG);
  private static final KernelSignature SCALE_F32 =
      new KernelSignature("elementwise_scale_f32", POINTER, FLOAT, LONG);
  private static final KernelSignature SOFTCAP_BF16 =
      new KernelSignature("elementwise_softcap_bf16", POINTER, FLOAT, LONG);
  private static final KernelSignature SOFTCAP_F32 =
      new KernelSignature("elementwise_softcap_f32", POINTER, FLOAT, LONG);
  private static final KernelSignature BIAS_BF16 =
      new KernelSignature("elementwise_bias_bf16", POINTER, POINTER, INT, LONG);
  private static final KernelSignature BIAS_F32 =
      new KernelSignature("elementwise_bias_f32", POINTER, POINTER, INT, LONG);
  private static final KernelSignature GATHER =
      new KernelSignature("elementwise_gather_bf16", POINTER, POINTER, POINTER, INT);
  private static final KernelSignature GATED =
      new KernelSignature("elementwise_gated_bf16", POINTER, POINTER, INT, INT);

  static final List<KernelSignature> SIGNATURES =
      List.of(
          ADD,
          SCALE_BF16,
          SCALE_F32,
          SOFTCAP_BF16,
          SOFTCAP_F32,
          BIAS_BF16,
          BIAS_F32,
          GATHER,
          GATED);

  private static final int THREADS = 256;
  private static final long MAX_BLOCKS = 1 << 16;

  private final Launcher launcher;
  private final KernelFunction add;
  private final KernelFunction scale;
  private final KernelFunction scaleFloats;
  private final KernelFunction softcap;
  private final KernelFunction softcapFloats;
  private final KernelFunction bias;
  private final KernelFunction biasFloats;
  private final KernelFunction gather;
  private final KernelFunction gated;

  public ElementwiseKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    add = modules.function(ADD);
    scale = modules.function(SCALE_BF16);
    scaleFloats = modules.function(SCALE_F32);
    softcap = modules.function(SOFTCAP_BF16);
    softcapFloats = modules.function(SOFTCAP_F32);
    bias = modules.function(BIAS_BF16);
    biasFloats = modules.function(BIAS_F32);
    gather = modules.function(GATHER);
    gated = modules.function(GATED);
  }

  /** {@code x += added}, both [count] bf16. */
  public void add(long x, long added, long count) {
    launcher.begin(add, blocks(count), THREADS).pointer(x).pointer(added).whole(count).launch();
  }

  /** {@code x *= factor}, [count] float32 if {@code floats}, else bf16. */
  public void scale(boolean floats, long x, float factor, long count) {
    one(floats ? scaleFloats : scale, x, factor, count);
  }

  /** {@code x = cap * tanh(x / cap)}, [count] float32 if {@code floats}, else bf16. */
  public void softcap(boolean floats, long x, float cap, long count) {
    one(floats ? softcapFloats : softcap, x, cap, count);
  }

  private void one(KernelFunction function, long x, float parameter, long count) {
    launcher
        .begin(function, blocks(count), THREADS)
        .pointer(x)
        .real(parameter)
        .whole(count)
        .launch();
  }

  /**
   * @param x [rows, columns] float32 if {@code floats}, else bf16
   * @param values [columns] float32, added to every row
   */
  public void bias(boolean floats, long x, long values, int rows, int columns) {
    long count = (long) rows * columns;
    launcher
        .begin(floats ? biasFloats : bias, blocks(count), THREADS)
        .pointer(x)
        .pointer(values)
        .integer(columns)
        .whole(count)
        .launch();
  }

  /**
   * @param out [count, columns] bf16
   * @param x [any, columns] bf16
   * @param rows [count] int32
   */
  public void gather(long out, long x, long rows, int count, int columns) {
    launcher
        .begin(gather, count, THREADS)
        .pointer(out)
        .pointer(x)
        .pointer(rows)
        .integer(columns)
        .launch();
  }

  /**
   * @param out [rows, size] bf16
   * @param gateUp [rows, 2 * size] bf16
   */
  public void gated(long out, long gateUp, Activation activation, int rows, int size) {
    launcher
        .begin(gated, rows, Math.ceilDiv(size, 4 * THREADS), THREADS)
        .pointer(out)
        .pointer(gateUp)
        .integer(activation.ordinal())
        .integer(size)
        .launch();
  }

  private static int blocks(long count) {
    return (int) Math.min(Math.ceilDiv(count, THREADS), MAX_BLOCKS);
  }
}
