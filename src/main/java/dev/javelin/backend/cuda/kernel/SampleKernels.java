package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code sample.cu}. Addresses are of device memory. */
public final class SampleKernels {
  private static final KernelSignature ARGMAX =
      new KernelSignature("sample_argmax_f32", POINTER, POINTER, INT);

  static final List<KernelSignature> SIGNATURES = List.of(ARGMAX);

  private final Launcher launcher;
  private final KernelFunction argmax;

  public SampleKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    argmax = modules.function(ARGMAX);
  }

  /**
   * @param out [rows] float32
   * @param x [rows, columns] float32
   */
  public void argmax(long out, long x, int rows, int columns) {
    launcher.begin(argmax, rows, 1024).pointer(out).pointer(x).integer(columns).launch();
  }
}
