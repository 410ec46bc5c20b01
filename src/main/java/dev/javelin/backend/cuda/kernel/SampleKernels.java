package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code sample.cu}. Addresses are of device memory. */
public final class SampleKernels {
  private static final KernelSignature ARGMAX =
      new KernelSignature("sample_argmax_f32", POINTER, POINTER, INT);

  private static final KernelSignature DRAW =
      new KernelSignature("sample_draw_f32", POINTER, POINTER, POINTER, INT);

  static final List<KernelSignature> SIGNATURES = List.of(ARGMAX, DRAW);

  /** 32-bit words that say how one row is drawn. */
  public static final int DRAW_WORDS = 6;

  private static final int THREADS = 1024;

  private final Launcher launcher;
  private final KernelFunction argmax;
  private final KernelFunction draw;

  public SampleKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    argmax = modules.function(ARGMAX);
    draw = modules.function(DRAW);
  }

  /**
   * @param out [rows] float32
   * @param x [rows, columns] float32
   */
  public void argmax(long out, long x, int rows, int columns) {
    launcher.begin(argmax, rows, THREADS).pointer(out).pointer(x).integer(columns).launch();
  }

  /**
   * @param out [rows] float32
   * @param x [rows, columns] float32
   * @param draws [rows, {@link #DRAW_WORDS}] temperature, min-p, top-p, top-k, then the low and the
   *     high half of a double
   */
  public void draw(long out, long x, long draws, int rows, int columns) {
    launcher
        .begin(draw, rows, THREADS)
        .pointer(out)
        .pointer(x)
        .pointer(draws)
        .integer(columns)
        .launch();
  }
}
