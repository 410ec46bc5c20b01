package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.backend.Activation;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.quant.WeightFormat;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Launches {@code stream.cu}: products of up to eight rows. Addresses are of device memory. */
public final class StreamKernels {
  /** Most rows of x. */
  public static final int MAX_TOKENS = 8;

  /** Rows of a tile, and of a pair of units. */
  public static final int TILE_ROWS = 16;

  /** Inputs come in groups of this many. */
  public static final int GROUP = 32;

  private static final int CAPABILITY = 90;
  private static final int THREADS = 320;
  private static final int CONSUMER_WARPS = 8;
  private static final int SEGMENT_INPUTS = 4096;
  private static final int SEGMENT_STEP = 256;
  private static final int MAX_TILES_OF_A_SPLIT_BLOCK = 32;
  private static final int PARTIAL_BYTES = 128 * Float.BYTES;

  // Shared memory, as stream.cu lays it out.
  private static final int RING_AT = 8832;
  private static final int MOST_SHARED_BYTES = 227 << 10;

  /**
   * Two blocks of this size share a multiprocessor: a kernel fills its ring under its predecessor.
   */
  private static final int HALF_SHARED_BYTES = 112 << 10;

  /**
   * @param stageBytes of the ring
   * @param sums of x kept for each group of inputs
   * @param stages of the ring that measured best for one row
   */
  private record Format(WeightFormat weight, int stageBytes, int sums, int stages) {
    String symbol() {
      return "stream_linear_" + weight.name().toLowerCase(Locale.ROOT);
    }

    KernelSignature signature() {
      return new KernelSignature(
          symbol(), POINTER, INT, POINTER, POINTER, POINTER, FLOAT, POINTER, POINTER, POINTER, INT,
          INT, INT, INT, INT, INT, INT, INT, INT);
    }
  }

  private static final List<Format> FORMATS =
      List.of(
          new Format(WeightFormat.BF16, 16 * 1088, 0, 4),
          new Format(WeightFormat.Q4_0, stage(WeightFormat.Q4_0), 1, 3),
          new Format(WeightFormat.Q4_1, stage(WeightFormat.Q4_1), 1, 3),
          new Format(WeightFormat.Q8_0, stage(WeightFormat.Q8_0), 0, 4),
          new Format(WeightFormat.Q4_K, stage(WeightFormat.Q4_K), 1, 3),
          new Format(WeightFormat.Q5_K, stage(WeightFormat.Q5_K), 1, 3),
          new Format(WeightFormat.Q6_K, stage(WeightFormat.Q6_K), 2, 3));

  static final List<KernelSignature> SIGNATURES = FORMATS.stream().map(Format::signature).toList();

  /** What becomes of the product. */
  public enum Epilogue {
    /** out = y, bf16. */
    STORE,
    /** out += y, bf16. */
    ADD,
    /** out = activation(first half of y) * second half of y, bf16. */
    GATED,
    /** out = y, float32. */
    FLOATS
  }

  /**
   * Weights of one product.
   *
   * @param format BF16, or one that {@link PackKernels} packs
   * @param address bf16 [rows, in] or packed units
   * @param rows outputs
   * @param in inputs, a multiple of {@link #GROUP}
   * @param bias [rows] float32, or 0
   */
  public record Weights(WeightFormat format, long address, int rows, int in, long bias) {}

  private final Launcher launcher;
  private final int blocks;
  private final Map<WeightFormat, KernelFunction> functions = new EnumMap<>(WeightFormat.class);

  public StreamKernels(KernelModules modules, Launcher launcher, CudaDevice device) {
    this.launcher = launcher;
    blocks = device.multiprocessors();
    if (device.capability() >= CAPABILITY && device.sharedBytesPerBlock() >= MOST_SHARED_BYTES) {
      for (Format format : FORMATS) {
        functions.put(
            format.weight(), modules.function(format.signature(), MOST_SHARED_BYTES, true));
      }
    }
  }

  private static int stage(WeightFormat format) {
    return 2 * CONSUMER_WARPS * PackKernels.unitBytes(format);
  }

  /** Whether this device and format have a kernel. */
  public boolean serves(WeightFormat format) {
    return functions.containsKey(format);
  }

  /** Whether {@code tokens} rows of {@code in} inputs fit; with a norm they must fit at once. */
  public boolean fits(WeightFormat format, int tokens, int in, boolean normed) {
    if (!serves(format) || tokens < 1 || tokens > MAX_TOKENS || in % GROUP != 0) {
      return false;
    }
    int segments = segments(in);
    return sharedBytes(of(format), in, tokens, segments, normed ? 1 : segments, 2)
        <= MOST_SHARED_BYTES;
  }

  /** Bytes of {@code partials} that any launch may need. */
  public long partialBytes() {
    return (long) blocks * MAX_TILES_OF_A_SPLIT_BLOCK * PARTIAL_BYTES;
  }

  /** Bytes of {@code counters}, which must be zero before the first launch. */
  public long counterBytes() {
    return (long) blocks * MAX_TILES_OF_A_SPLIT_BLOCK * Integer.BYTES;
  }

  /**
   * @param outStride elements from one row of {@code out} to the next
   * @param x [tokens, in] bf16
   * @param norm [in] float32: x is RMS-normalised with it first; or 0
   * @param gate of GATED
   */
  public void linear(
      long out,
      int outStride,
      Weights weights,
      long x,
      int tokens,
      long norm,
      float eps,
      long partials,
      long counters,
      Epilogue epilogue,
      Activation gate) {
    Format format = of(weights.format());
    int in = weights.in();
    int segments = segments(in);
    int stages = format.stages() + (tokens > 4 ? 1 : 0);
    int splits = 1;
    int tiles = Math.ceilDiv(weights.rows(), TILE_ROWS);
    if (norm == 0
        && segments > 1
        && segments <= blocks
        && (long) tiles * segments
            <= (long) blocks / segments * segments * MAX_TILES_OF_A_SPLIT_BLOCK
        && sharedBytes(format, in, tokens, segments, 1, stages) > HALF_SHARED_BYTES) {
      splits = segments;
    }
    while (stages > 2
        && sharedBytes(format, in, tokens, segments, splits, stages) > MOST_SHARED_BYTES) {
      stages--;
    }
    KernelFunction function = functions.get(weights.format());
    if (function == null) {
      throw new IllegalArgumentException("no streaming kernel for " + weights.format());
    }
    launcher
        .begin(function, blocks / splits * splits, THREADS)
        .shared(sharedBytes(format, in, tokens, segments, splits, stages))
        .pointer(out)
        .integer(outStride)
        .pointer(weights.address())
        .pointer(x)
        .pointer(norm)
        .real(eps)
        .pointer(weights.bias())
        .pointer(partials)
        .pointer(counters)
        .integer(weights.rows())
        .integer(in)
        .integer(tokens)
        .integer(segments)
        .integer(splits)
        .integer(epilogue == Epilogue.GATED ? weights.rows() / TILE_ROWS : 1)
        .integer(stages)
        .integer(epilogue.ordinal())
        .integer(code(gate))
        .launch();
  }

  /** What the kernels call it. */
  static int code(Activation gate) {
    return switch (gate) {
      case SILU -> 0;
      case GELU_TANH -> 1;
      case GELU -> 2;
      case RELU -> 3;
    };
  }

  /** Depends on the inputs alone, because it fixes the order of the sum. */
  private static int segments(int in) {
    return Math.ceilDiv(in, SEGMENT_INPUTS);
  }

  private static int sharedBytes(
      Format format, int in, int tokens, int segments, int splits, int stages) {
    int segment = Math.ceilDiv(Math.ceilDiv(in, SEGMENT_STEP), segments) * SEGMENT_STEP;
    int inputs = splits > 1 ? segment : segment * segments;
    int values = 2 * GROUP * tokens + (format.weight() == WeightFormat.BF16 ? 0 : 16);
    int sums = format.sums() * ((tokens + 1) / 2 * 16);
    return RING_AT + stages * format.stageBytes() + inputs / GROUP * (values + sums);
  }

  private static Format of(WeightFormat weight) {
    for (Format format : FORMATS) {
      if (format.weight() == weight) {
        return format;
      }
    }
    throw new IllegalArgumentException("no streaming kernel for " + weight);
  }
}
