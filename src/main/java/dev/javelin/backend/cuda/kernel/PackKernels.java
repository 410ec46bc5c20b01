package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.quant.WeightFormat;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Launches {@code pack.cu}: quantised rows into the units that {@link StreamKernels} reads, and
 * back into bf16. Addresses are of device memory.
 */
public final class PackKernels {
  /** Rows of a unit. */
  public static final int UNIT_ROWS = 8;

  private static final int THREADS = 256;
  private static final int BLOCKS = 2048;

  private static final List<WeightFormat> FORMATS =
      List.of(
          WeightFormat.Q4_0,
          WeightFormat.Q4_1,
          WeightFormat.Q8_0,
          WeightFormat.Q4_K,
          WeightFormat.Q5_K,
          WeightFormat.Q6_K);

  static final List<KernelSignature> SIGNATURES =
      FORMATS.stream().flatMap(format -> Stream.of(units(format), rows(format))).toList();

  private final Launcher launcher;
  private final Map<WeightFormat, KernelFunction> packs = new EnumMap<>(WeightFormat.class);
  private final Map<WeightFormat, KernelFunction> unpacks = new EnumMap<>(WeightFormat.class);

  public PackKernels(KernelModules modules, Launcher launcher) {
    this.launcher = launcher;
    for (WeightFormat format : FORMATS) {
      packs.put(format, modules.function(units(format)));
      unpacks.put(format, modules.function(rows(format)));
    }
  }

  private static KernelSignature units(WeightFormat format) {
    return new KernelSignature(
        "pack_units_" + format.name().toLowerCase(Locale.ROOT),
        POINTER,
        POINTER,
        POINTER,
        INT,
        INT,
        INT,
        INT);
  }

  private static KernelSignature rows(WeightFormat format) {
    return new KernelSignature(
        "pack_rows_" + format.name().toLowerCase(Locale.ROOT), POINTER, POINTER, INT, INT);
  }

  public static boolean packs(WeightFormat format) {
    return FORMATS.contains(format);
  }

  /** Bytes of one block of a unit; {@code stream_formats.cuh} has the layouts. */
  static int unitBytes(WeightFormat format) {
    if (!packs(format)) {
      throw new IllegalArgumentException("nothing packs " + format);
    }
    // A byte of a scale more than GGUF's: its six-bit ones are unpacked.
    int unpackedScales =
        format == WeightFormat.Q4_K || format == WeightFormat.Q5_K ? 4 * UNIT_ROWS : 0;
    return Math.toIntExact(UNIT_ROWS * format.bytes(unitInputs(format))) + unpackedScales;
  }

  /** Inputs of one block of a unit. */
  static int unitInputs(WeightFormat format) {
    return format == WeightFormat.Q8_0 ? 128 : 256;
  }

  /** Bytes of one unit: {@link #UNIT_ROWS} rows of {@code in} inputs. */
  public static long rowBytes(WeightFormat format, int in) {
    return (long) Math.ceilDiv(in, unitInputs(format)) * unitBytes(format);
  }

  /**
   * @param target units, of which those from {@code firstUnit} on are written
   * @param source [rows] of GGUF blocks
   * @param paddedRows rows rounded up to whole units, or to more, which become zeros
   */
  public void units(
      WeightFormat format,
      long target,
      long source,
      int rows,
      int in,
      int paddedRows,
      int firstUnit) {
    launcher
        .begin(function(packs, format), BLOCKS, THREADS)
        .pointer(target)
        .pointer(source)
        .pointer(0)
        .integer(rows)
        .integer(in)
        .integer(paddedRows)
        .integer(firstUnit)
        .launch();
  }

  /**
   * @param target [rows, in] bf16
   */
  public void rows(WeightFormat format, long target, long units, int rows, int in) {
    launcher
        .begin(function(unpacks, format), BLOCKS, THREADS)
        .pointer(target)
        .pointer(units)
        .integer(rows)
        .integer(in)
        .launch();
  }

  private static KernelFunction function(
      Map<WeightFormat, KernelFunction> functions, WeightFormat format) {
    KernelFunction function = functions.get(format);
    if (function == null) {
      throw new IllegalArgumentException("nothing packs " + format);
    }
    return function;
  }
}
