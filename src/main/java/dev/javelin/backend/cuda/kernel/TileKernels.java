package dev.javelin.backend.cuda.kernel;

import static dev.javelin.backend.cuda.kernel.ParameterKind.INT;
import static dev.javelin.backend.cuda.kernel.ParameterKind.POINTER;

import dev.javelin.backend.Activation;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.kernel.StreamKernels.Epilogue;
import dev.javelin.backend.cuda.kernel.StreamKernels.Weights;
import dev.javelin.quant.WeightFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Launches {@code tile.cu}: products of more rows than {@link StreamKernels} takes, weights
 * unpacked in registers; or {@link WgTileKernels}, where that is faster. Addresses are of device
 * memory.
 */
public final class TileKernels {
  /** Above this many rows another way is faster: a decoded panel, or cuBLASLt on bf16. */
  public static final int MAX_TOKENS = 128;

  private static final int CAPABILITY = 90;
  private static final int STEP = 256;
  private static final int PITCH = 2 * STEP + 16;
  private static final int RING_AT = 256;
  private static final int MOST_STAGES = 6;
  private static final int MOST_SHARED_BYTES = 227 << 10;
  private static final int HALF_SHARED_BYTES = 113 << 10;
  private static final int MOST_SPLITS = 8;
  private static final long PARTIAL_BYTES = 32 << 20;
  private static final long LEAST_TILE_BYTES = 64 * 16 * Float.BYTES;

  /** Adding the pieces of split columns costs about as much as this many steps of columns. */
  private static final int MERGE_STEPS = 4;

  static final List<WeightFormat> FORMATS =
      List.of(
          WeightFormat.Q4_0,
          WeightFormat.Q4_1,
          WeightFormat.Q8_0,
          WeightFormat.Q4_K,
          WeightFormat.Q5_K,
          WeightFormat.Q6_K);

  /** Tokens of a pass over the weights. */
  static final List<Integer> PASSES = List.of(16, 32, 64, 128);

  static final List<KernelSignature> SIGNATURES = signatures();

  private record Tile(int tokens, KernelFunction function) {
    int rowTiles() {
      return tokens > 64 ? 8 : 4;
    }

    int rows() {
      return rowTiles() * StreamKernels.TILE_ROWS;
    }

    int threads() {
      return tokens > 32 ? 384 : 320;
    }

    int blocksPerMultiprocessor() {
      return tokens > 32 ? 1 : 2;
    }

    int stageBytes(WeightFormat format) {
      int blocks = STEP / PackKernels.unitInputs(format);
      return 2 * rowTiles() * PackKernels.unitBytes(format) * blocks + tokens * PITCH;
    }

    int partialBytes() {
      return rows() * tokens * Float.BYTES;
    }

    /** Where two halves of the columns are added. */
    int sumBytes() {
      return tokens > 64 ? 0 : rowTiles() * tokens * 64;
    }
  }

  private final Launcher launcher;
  private final int multiprocessors;
  private final Map<WeightFormat, List<Tile>> tiles = new EnumMap<>(WeightFormat.class);
  private final WgTileKernels groups;

  public TileKernels(KernelModules modules, Launcher launcher, CudaDevice device) {
    this.launcher = launcher;
    multiprocessors = device.multiprocessors();
    groups = new WgTileKernels(modules, launcher, device);
    if (device.capability() >= CAPABILITY && device.sharedBytesPerBlock() >= MOST_SHARED_BYTES) {
      for (WeightFormat format : FORMATS) {
        List<Tile> sizes = new ArrayList<>();
        for (int tokens : PASSES) {
          KernelSignature signature = signature(format, tokens);
          sizes.add(new Tile(tokens, modules.function(signature, MOST_SHARED_BYTES, true)));
        }
        tiles.put(format, sizes);
      }
    }
  }

  private static List<KernelSignature> signatures() {
    List<KernelSignature> signatures = new ArrayList<>();
    for (WeightFormat format : FORMATS) {
      for (int tokens : PASSES) {
        signatures.add(signature(format, tokens));
      }
    }
    return List.copyOf(signatures);
  }

  private static KernelSignature signature(WeightFormat format, int tokens) {
    return new KernelSignature(
        "tile_linear_%s_%d".formatted(format.name().toLowerCase(Locale.ROOT), tokens),
        POINTER,
        INT,
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
        INT,
        INT,
        INT);
  }

  /** Whether that many rows of packed weights have a kernel here. */
  public boolean serves(WeightFormat format, int tokens, int in) {
    return tiles.containsKey(format)
        && tokens >= 1
        && tokens <= MAX_TOKENS
        && in % StreamKernels.GROUP == 0;
  }

  /** Bytes of {@code partials} that any launch may need. */
  public long partialBytes() {
    return Math.max(PARTIAL_BYTES, groups.partialBytes());
  }

  /** Bytes of {@code counters}, which must be zero before the first launch. */
  public long counterBytes() {
    return PARTIAL_BYTES / LEAST_TILE_BYTES * Integer.BYTES;
  }

  /**
   * @param outStride elements from one row of {@code out} to the next
   * @param x [tokens, in] bf16
   * @param gate of GATED
   */
  public void linear(
      long out,
      int outStride,
      Weights weights,
      long x,
      int tokens,
      long partials,
      long counters,
      Epilogue epilogue,
      Activation gate) {
    if (groups.serves(weights.format(), tokens)) {
      groups.linear(out, outStride, weights, x, tokens, partials, counters, epilogue, gate);
      return;
    }
    Tile tile = tile(weights.format(), tokens);
    int stageBytes = tile.stageBytes(weights.format());
    int most = tile.blocksPerMultiprocessor() == 1 ? MOST_SHARED_BYTES : HALF_SHARED_BYTES;
    int stages = Math.clamp((most - RING_AT - tile.sumBytes()) / stageBytes, 2, MOST_STAGES);
    int items = Math.ceilDiv(weights.rows(), tile.rows()) * Math.ceilDiv(tokens, tile.tokens());
    int blocks = multiprocessors * tile.blocksPerMultiprocessor();
    int splits = splits(items, Math.ceilDiv(weights.in(), STEP), blocks, tile.partialBytes());
    launcher
        .begin(tile.function(), Math.min(blocks, items * splits), tile.threads())
        .shared(RING_AT + stages * stageBytes + tile.sumBytes())
        .pointer(out)
        .integer(outStride)
        .pointer(weights.address())
        .pointer(x)
        .pointer(weights.bias())
        .pointer(partials)
        .pointer(counters)
        .integer(weights.rows())
        .integer(weights.in())
        .integer(tokens)
        .integer(splits)
        .integer(epilogue == Epilogue.GATED ? weights.rows() / StreamKernels.TILE_ROWS : 1)
        .integer(stages)
        .integer(epilogue.ordinal())
        .integer(StreamKernels.code(gate))
        .launch();
  }

  /** How many pieces of the columns take the fewest rounds of steps. */
  private static int splits(int items, int steps, int blocks, int itemBytes) {
    int best = 1;
    long least = Long.MAX_VALUE;
    for (int splits = 1; splits <= MOST_SPLITS && splits * 2 <= Math.max(2, steps); splits++) {
      if (splits > 1 && (long) items * splits * itemBytes > PARTIAL_BYTES) {
        break;
      }
      long rounds = Math.ceilDiv(items * splits, blocks);
      long cost = rounds * (Math.ceilDiv(steps, splits) + (splits > 1 ? MERGE_STEPS : 1));
      if (cost < least) {
        least = cost;
        best = splits;
      }
    }
    return best;
  }

  private Tile tile(WeightFormat format, int tokens) {
    List<Tile> sizes = tiles.get(format);
    if (sizes == null) {
      throw new IllegalArgumentException("no tile kernel for " + format);
    }
    for (int i = 0; i < sizes.size(); i++) {
      if (sizes.get(i).tokens() >= tokens) {
        return sizes.get(i);
      }
    }
    return sizes.getLast();
  }
}
