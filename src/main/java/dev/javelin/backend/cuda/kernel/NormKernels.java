package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import java.util.List;

/** Launches {@code norm.cu}. */
public final class NormKernels {
  private static final KernelSignature RMS =
      new KernelSignature("norm_rms_bf16", POINTER, POINTER, POINTER, FLOAT, INT);
  private static final KernelSignature ADD_RMS =
      new KernelSignature("norm_add_rms_bf16", POINTER, POINTER, POINTER, POINTER, FLOAT, INT);
  private static final KernelSignature HEADS =
      new KernelSignature("norm_heads_bf16", POINTER, POINTER, POINTER, FLOAT, INT, INT, INT);

  static final List<KernelSignature> SIGNATURES = List.of(RMS, ADD_RMS, HEADS);

  private NormKernels() {}
}
