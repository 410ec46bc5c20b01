package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.quant.KvDType;
import java.util.List;

/** Launches {@code rope.cu}. Addresses are of device memory. */
public final class RopeKernels {
  private static final KernelSignature TABLE =
      new KernelSignature("rope_table_f32", POINTER, POINTER, FLOAT, INT);
  private static final KernelSignature ROTATE =
      new KernelSignature("rope_rotate_bf16", POINTER, POINTER, POINTER, INT, INT, INT, INT);
  private static final KernelSignature STORE_BF16 = store("bf16");
  private static final KernelSignature STORE_F16 = store("f16");
  private static final KernelSignature STORE_F32 = store("f32");

  static final List<KernelSignature> SIGNATURES =
      List.of(TABLE, ROTATE, STORE_BF16, STORE_F16, STORE_F32);

  private final Launcher launcher;
  private final KernelFunction table;
  private final KernelFunction rotate;
  private final KernelFunction storeBf16;
  private final KernelFunction storeF16;
  private final KernelFunction storeF32;

  public RopeKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    table = modules.function(TABLE);
    rotate = modules.function(ROTATE);
    storeBf16 = modules.function(STORE_BF16);
    storeF16 = modules.function(STORE_F16);
    storeF32 = modules.function(STORE_F32);
  }

  private static KernelSignature store(String type) {
    return new KernelSignature("rope_store_" + type, POINTER, POINTER, POINTER, INT, INT, INT, INT);
  }

  /**
   * @param out [positions, 2 * half] float32: cosines, then sines
   * @param frequencies [half] double
   */
  public void table(long out, long frequencies, float factor, int positions, int half) {
    launcher
        .begin(table, positions, 64)
        .pointer(out)
        .pointer(frequencies)
        .real(factor)
        .integer(half)
        .launch();
  }

  /**
   * @param qkv [rows, qkvSize] bf16
   * @param angles rows of {@link #table}
   * @param angleRows [rows] int32, the row of {@code angles} that each row takes
   */
  public void rotate(
      long qkv,
      long angles,
      long angleRows,
      int rows,
      int half,
      boolean interleaved,
      int numHeads,
      int numKvHeads,
      int headDim) {
    launcher
        .begin(rotate, rows, numHeads + numKvHeads, half > 32 ? 64 : 32)
        .pointer(qkv)
        .pointer(angles)
        .pointer(angleRows)
        .integer(half)
        .integer(interleaved ? 1 : 0)
        .integer(headDim)
        .integer((numHeads + 2 * numKvHeads) * headDim)
        .launch();
  }

  /**
   * @param cache of one layer
   * @param qkv [rows, qkvSize] bf16
   * @param slots [rows] int32, -1 to store nothing
   */
  public void store(
      KvDType type,
      long cache,
      long qkv,
      long slots,
      int rows,
      int numHeads,
      int numKvHeads,
      int headDim,
      int blockSize) {
    KernelFunction function =
        switch (type) {
          case BF16 -> storeBf16;
          case F16 -> storeF16;
          case F32 -> storeF32;
        };
    launcher
        .begin(function, rows, numKvHeads, headDim > 64 ? 128 : 64)
        .pointer(cache)
        .pointer(qkv)
        .pointer(slots)
        .integer(numHeads)
        .integer(numKvHeads)
        .integer(headDim)
        .integer(blockSize)
        .launch();
  }
}
