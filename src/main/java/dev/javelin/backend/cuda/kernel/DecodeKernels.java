package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.LONG;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.quant.WeightFormat;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Launches {@code decode.cu}. Addresses are of device memory. */
public final class DecodeKernels {
  private static final int THREADS = 256;
  private static final long MAX_BLOCKS = 1 << 16;

  /** Those that have a kernel. */
  public static final List<WeightFormat> FORMATS =
      List.of(
          WeightFormat.F32,
          WeightFormat.F16,
          WeightFormat.BF16,
          WeightFormat.Q8_0,
          WeightFormat.Q4_0,
          WeightFormat.Q4_1,
          WeightFormat.Q5_0,
          WeightFormat.Q5_1,
          WeightFormat.Q4_K,
          WeightFormat.Q5_K,
          WeightFormat.Q6_K);

  static final List<KernelSignature> SIGNATURES =
      FORMATS.stream().map(DecodeKernels::signature).toList();

  private final Launcher launcher;
  private final Map<WeightFormat, KernelFunction> functions = new EnumMap<>(WeightFormat.class);

  public DecodeKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    for (WeightFormat format : FORMATS) {
      functions.put(format, modules.function(signature(format)));
    }
  }

  private static KernelSignature signature(WeightFormat format) {
    return new KernelSignature(
        "decode_%s_bf16".formatted(format.name().toLowerCase(Locale.ROOT)), POINTER, POINTER, LONG);
  }

  /**
   * @param out [count] bf16
   * @param packed blocks of {@code format}
   */
  public void toBf16(WeightFormat format, long out, long packed, long count) {
    launcher
        .begin(function(format), (int) Math.min(Math.ceilDiv(count, THREADS), MAX_BLOCKS), THREADS)
        .pointer(out)
        .pointer(packed)
        .whole(count)
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
