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
 * Launches {@code prefill.cu} and, on devices with warpgroups' matrix instructions and for the head
 * sizes it has, {@code wgprefill.cu}: attention of many queries over a bf16 cache. Addresses are of
 * device memory.
 */
public final class PrefillKernels {
  private static final List<Integer> GROUP_HEAD_DIMS = List.of(64, 128);
  private static final int THREADS = 256;
  private static final int GROUP_THREADS = 384;
  private static final int ROWS = 128;
  private static final int MOST_GROUP_SEQUENCES = 1024;

  /** The one compute capability whose warpgroups have matrix instructions. */
  private static final int GROUP_CAPABILITY = 90;

  static final List<KernelSignature> SIGNATURES =
      Stream.concat(
              FlashKernels.HEAD_DIMS.stream().map(PrefillKernels::prefill),
              GROUP_HEAD_DIMS.stream().map(PrefillKernels::groupPrefill))
          .toList();

  private final Launcher launcher;
  private final int multiprocessors;
  private final Map<Integer, KernelFunction> prefills = new HashMap<>();
  private final Map<Integer, KernelFunction> groupPrefills = new HashMap<>();

  PrefillKernels(KernelModules modules, Launcher launcher, CudaDevice device) {
    this.launcher = launcher;
    multiprocessors = device.multiprocessors();
    boolean programmatic = device.capability() >= 90;
    int most = device.sharedBytesPerBlock();
    for (int dim : FlashKernels.HEAD_DIMS) {
      if (shared(dim) <= most) {
        prefills.put(dim, modules.function(prefill(dim), shared(dim), programmatic));
      }
    }
    if (device.capability() == GROUP_CAPABILITY) {
      for (int dim : GROUP_HEAD_DIMS) {
        groupPrefills.put(dim, modules.function(groupPrefill(dim), groupShared(dim), true));
      }
    }
  }

  private static KernelSignature prefill(int headDim) {
    return new KernelSignature(
        "prefill_bf16_" + headDim,
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

  private static KernelSignature groupPrefill(int headDim) {
    return new KernelSignature(
        "wgprefill_bf16_" + headDim,
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

  private static int shared(int headDim) {
    return 2 * 2 * FlashKernels.tileBytes(headDim)
        + (headDim > 192 ? ROWS * (2 * headDim + 16) : 0);
  }

  /** Queries, two stages of keys and values, first items of sequences, barriers, alignment. */
  private static int groupShared(int headDim) {
    return 5 * ROWS * headDim * 2 + (MOST_GROUP_SEQUENCES + 2) * Integer.BYTES + 10 * 8 + 1024;
  }

  boolean serves(int headDim) {
    return prefills.containsKey(headDim);
  }

  /**
   * Any number of queries a sequence.
   *
   * @param out [rows, querySize] bf16
   * @param qkv [rows, qkvSize] bf16
   * @param seqLens [sequences] int32, 0 for rows of zeros
   * @param queryStart [sequences + 1] int32
   * @param longest most queries of a sequence
   */
  public void run(
      long out,
      long qkv,
      long cache,
      long seqLens,
      long queryStart,
      long blockTables,
      int sequences,
      int longest,
      int maxBlocks,
      int blockSize,
      AttentionSpec spec) {
    AttentionShape shape = spec.shape();
    int tiles = Math.ceilDiv(longest * (shape.numHeads() / shape.numKvHeads()), ROWS);
    KernelFunction group =
        sequences <= MOST_GROUP_SEQUENCES ? groupPrefills.get(shape.headDim()) : null;
    if (group == null) {
      KernelFunction function = FlashKernels.function(prefills, shape.headDim());
      launcher.begin(function, tiles, shape.numKvHeads(), THREADS).layers(sequences);
    } else {
      long most = (long) tiles * shape.numKvHeads() * sequences;
      launcher.begin(group, (int) Math.min(multiprocessors, most), 1, GROUP_THREADS);
    }
    launcher
        .pointer(out)
        .pointer(qkv)
        .pointer(cache)
        .pointer(seqLens)
        .pointer(queryStart)
        .pointer(blockTables);
    if (group != null) {
      launcher.integer(sequences);
    }
    FlashKernels.common(launcher, maxBlocks, blockSize, spec).launch();
  }
}
