package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.quant.WeightFormat;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Launches {@code embedding.cu}. Addresses are of device memory. */
public final class EmbeddingKernels {
  private static final int THREADS = 256;

  static final List<KernelSignature> SIGNATURES =
      DecodeKernels.FORMATS.stream().map(EmbeddingKernels::signature).toList();

  private final Launcher launcher;
  private final Map<WeightFormat, KernelFunction> functions = new EnumMap<>(WeightFormat.class);

  public EmbeddingKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    for (WeightFormat format : DecodeKernels.FORMATS) {
      functions.put(format, modules.function(signature(format)));
    }
  }

  private static KernelSignature signature(WeightFormat format) {
    return new KernelSignature(
        "embedding_gather_%s".formatted(format.name().toLowerCase(Locale.ROOT)),
        POINTER,
        POINTER,
        POINTER,
        POINTER,
        INT);
  }

  /**
   * @param out [rows, columns] bf16
   * @param table packed rows of {@code format}
   * @param ids [rows] int32; -1 - r means {@code chosen[r]}
   * @param chosen float32
   */
  public void gather(
      WeightFormat format, long out, long table, long ids, long chosen, int rows, int columns) {
    launcher
        .begin(function(format), rows, THREADS)
        .pointer(out)
        .pointer(table)
        .pointer(ids)
        .pointer(chosen)
        .integer(columns)
        .launch();
  }

  private KernelFunction function(WeightFormat format) {
    KernelFunction function = functions.get(format);
    if (function == null) {
      throw new IllegalArgumentException("no kernel decodes " + format);
    }
    return function;
  }
}
