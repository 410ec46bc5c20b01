package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.LONG;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code probe.cu}. Addresses are of device memory. */
public final class ProbeKernels {
  private static final int WORD_BYTES = 16;
  private static final int THREADS = 256;

  private static final KernelSignature READ =
      new KernelSignature("probe_read", POINTER, POINTER, LONG);

  static final List<KernelSignature> SIGNATURES = List.of(READ);

  private final Launcher launcher;
  private final KernelFunction read;

  public ProbeKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    read = modules.function(READ);
  }

  /**
   * Reads {@code bytes} bytes at {@code source}.
   *
   * @param sink [1] int32 that is not written
   * @param blocks of the grid
   */
  public void read(long sink, long source, long bytes, int blocks) {
    launcher
        .begin(read, blocks, THREADS)
        .pointer(sink)
        .pointer(source)
        .whole(bytes / WORD_BYTES)
        .launch();
  }
}
