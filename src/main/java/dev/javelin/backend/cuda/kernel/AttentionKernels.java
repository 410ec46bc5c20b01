package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.backend.AttentionSpec;
import dev.javelin.quant.KvDType;
import java.util.List;

/** Launches {@code attention.cu}. Addresses are of device memory. */
public final class AttentionKernels {
  /** Largest head. */
  public static final int MAX_HEAD_DIM = 256;

  private static final int THREADS = 128;

  private static final KernelSignature PAGED_BF16 = paged("bf16");
  private static final KernelSignature PAGED_F16 = paged("f16");
  private static final KernelSignature PAGED_F32 = paged("f32");

  static final List<KernelSignature> SIGNATURES = List.of(PAGED_BF16, PAGED_F16, PAGED_F32);

  private final Launcher launcher;
  private final KernelFunction pagedBf16;
  private final KernelFunction pagedF16;
  private final KernelFunction pagedF32;

  public AttentionKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    pagedBf16 = modules.function(PAGED_BF16);
    pagedF16 = modules.function(PAGED_F16);
    pagedF32 = modules.function(PAGED_F32);
  }

  private static KernelSignature paged(String type) {
    return new KernelSignature(
        "attention_paged_" + type,
        POINTER,
        POINTER,
        POINTER,
        POINTER,
        POINTER,
        POINTER,
        POINTER,
        INT,
        INT,
        INT,
        INT,
        INT,
        FLOAT,
        INT,
        FLOAT);
  }

  /**
   * @param out [rows, querySize] bf16
   * @param qkv [rows, qkvSize] bf16
   * @param cache of one layer
   * @param positions [rows] int32
   * @param slots [rows] int32, -1 for a row that gives zeros
   * @param rowSequence [rows] int32
   * @param blockTables [sequences, maxBlocks] int32
   */
  public void paged(
      KvDType type,
      long out,
      long qkv,
      long cache,
      long positions,
      long slots,
      long rowSequence,
      long blockTables,
      int rows,
      int maxBlocks,
      int blockSize,
      AttentionSpec spec) {
    KernelFunction function =
        switch (type) {
          case BF16 -> pagedBf16;
          case F16 -> pagedF16;
          case F32 -> pagedF32;
        };
    launcher
        .begin(function, rows, spec.shape().numHeads(), THREADS)
        .pointer(out)
        .pointer(qkv)
        .pointer(cache)
        .pointer(positions)
        .pointer(slots)
        .pointer(rowSequence)
        .pointer(blockTables)
        .integer(maxBlocks)
        .integer(blockSize)
        .integer(spec.shape().numHeads())
        .integer(spec.shape().numKvHeads())
        .integer(spec.shape().headDim())
        .real(spec.scale())
        .integer(spec.slidingWindow())
        .real(spec.softcap())
        .launch();
  }
}
