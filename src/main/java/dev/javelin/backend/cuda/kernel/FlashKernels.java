package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.FLOAT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.cuda.driver.CudaDevice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Launches {@code flash.cu}: attention of one query a sequence with the matrix units over a bf16
 * cache, and the rotation that goes before it. Addresses are of device memory.
 */
public final class FlashKernels {
  static final List<Integer> HEAD_DIMS = List.of(64, 80, 96, 128, 192, 256);
  private static final int LEAST_BLOCK_SIZE = 16;
  private static final int DECODE_THREADS = 128;
  private static final int ROPE_THREADS = 64;
  private static final int GROUP_ROWS = 16;
  private static final int MAX_SPLITS = 64;

  private static final KernelSignature ROPE =
      new KernelSignature(
          "flash_rope_bf16",
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
          INT);

  static final List<KernelSignature> SIGNATURES =
      Stream.concat(Stream.of(ROPE), HEAD_DIMS.stream().map(FlashKernels::decode)).toList();

  private final Launcher launcher;
  private final int multiprocessors;
  private final KernelFunction rope;
  private final Map<Integer, KernelFunction> decodes = new HashMap<>();
  private final PrefillKernels prefill;

  public FlashKernels(KernelModules modules, Launcher launcher, CudaDevice device) {
    this.launcher = launcher;
    multiprocessors = device.multiprocessors();
    boolean programmatic = device.capability() >= 90;
    rope = modules.function(ROPE, 0, programmatic);
    int most = device.sharedBytesPerBlock();
    for (int dim : HEAD_DIMS) {
      if (decodeShared(dim) <= most) {
        decodes.put(dim, modules.function(decode(dim), decodeShared(dim), programmatic));
      }
    }
    prefill = new PrefillKernels(modules, launcher, device);
  }

  /** Those for more than one query a sequence. */
  public PrefillKernels prefill() {
    return prefill;
  }

  private static KernelSignature decode(int headDim) {
    return new KernelSignature(
        "flash_decode_bf16_" + headDim,
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
        FLOAT,
        INT,
        FLOAT);
  }

  static int tileBytes(int headDim) {
    return 64 * (2 * headDim + 16);
  }

  private static int decodeShared(int headDim) {
    return 3 * 2 * tileBytes(headDim);
  }

  /** Whether heads of that size in blocks of that size have a kernel here. */
  public boolean serves(int headDim, int blockSize) {
    return decodes.containsKey(headDim)
        && prefill.serves(headDim)
        && blockSize >= LEAST_BLOCK_SIZE
        && Integer.bitCount(blockSize) == 1;
  }

  /** Pieces that a decode of few sequences is cut into, at most. */
  private int mostItems() {
    return multiprocessors;
  }

  /** Bytes of {@code partials} that any launch may need. */
  public long partialBytes() {
    return (long) mostItems() * GROUP_ROWS * (HEAD_DIMS.getLast() + 2) * Float.BYTES;
  }

  /** Bytes of {@code counters}, which must be zero before the first launch. */
  public long counterBytes() {
    return (long) mostItems() * Integer.BYTES;
  }

  /**
   * Rotates queries in place; rotates keys and stores them and values at their slots.
   *
   * @param qkv [rows, qkvSize] bf16
   * @param angles rows of cosines, then sines
   * @param angleRows [rows] int32
   * @param cache of one layer
   * @param slots [rows] int32, -1 to store nothing
   */
  public void ropeAndStore(
      long qkv,
      long angles,
      long angleRows,
      long cache,
      long slots,
      int rows,
      int half,
      boolean interleaved,
      AttentionShape shape,
      int blockSize) {
    launcher
        .begin(rope, rows, shape.numHeads() + 2 * shape.numKvHeads(), ROPE_THREADS)
        .pointer(qkv)
        .pointer(angles)
        .pointer(angleRows)
        .pointer(cache)
        .pointer(slots)
        .integer(half)
        .integer(interleaved ? 1 : 0)
        .integer(shape.numHeads())
        .integer(shape.numKvHeads())
        .integer(shape.headDim())
        .integer(Integer.numberOfTrailingZeros(blockSize))
        .launch();
  }

  /**
   * One query a sequence.
   *
   * @param out [sequences, querySize] bf16
   * @param qkv [sequences, qkvSize] bf16
   * @param seqLens [sequences] int32, 0 for a row of zeros
   */
  public void decode(
      long out,
      long qkv,
      long cache,
      long seqLens,
      long blockTables,
      long partials,
      long counters,
      int sequences,
      int maxBlocks,
      int blockSize,
      AttentionSpec spec) {
    AttentionShape shape = spec.shape();
    int groups =
        shape.numKvHeads() * Math.ceilDiv(shape.numHeads() / shape.numKvHeads(), GROUP_ROWS);
    int splits = Math.clamp(mostItems() / Math.max(1, groups * sequences), 1, MAX_SPLITS);
    KernelFunction function = function(decodes, shape.headDim());
    common(
            launcher
                .begin(function, groups, sequences, DECODE_THREADS)
                .layers(splits)
                .pointer(out)
                .pointer(qkv)
                .pointer(cache)
                .pointer(seqLens)
                .pointer(blockTables)
                .pointer(partials)
                .pointer(counters),
            maxBlocks,
            blockSize,
            spec)
        .launch();
  }

  static Launcher common(Launcher launcher, int maxBlocks, int blockSize, AttentionSpec spec) {
    return launcher
        .integer(maxBlocks)
        .integer(Integer.numberOfTrailingZeros(blockSize))
        .integer(spec.shape().numHeads())
        .integer(spec.shape().numKvHeads())
        .real(spec.scale())
        .integer(spec.slidingWindow())
        .real(spec.softcap());
  }

  static KernelFunction function(Map<Integer, KernelFunction> functions, int headDim) {
    KernelFunction function = functions.get(headDim);
    if (function == null) {
      throw new IllegalArgumentException("no flash kernel for heads of " + headDim);
    }
    return function;
  }
}
