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
 * Launches {@code wgtile.cu}: what {@link TileKernels} computes, on the devices whose warpgroups
 * have matrix instructions. Addresses are of device memory.
 */
final class WgTileKernels {
  private static final int CAPABILITY = 90;
  private static final int THREADS = 384;
  private static final int STEP = 256;
  private static final int ROWS = 128;
  private static final int RING_AT = 1024;
  private static final int MOST_STAGES = 8;
  private static final int MOST_SHARED_BYTES = 227 << 10;

  static final List<KernelSignature> SIGNATURES = signatures();

  private record Tile(int tokens, KernelFunction function) {
    int stageBytes(WeightFormat format) {
      int units = ROWS / PackKernels.UNIT_ROWS * (STEP / PackKernels.unitInputs(format));
      return Math.ceilDiv(2 * tokens * STEP + units * PackKernels.unitBytes(format), 1024) * 1024;
    }
  }

  private final Launcher launcher;
  private final int multiprocessors;
  private final Map<WeightFormat, List<Tile>> tiles = new EnumMap<>(WeightFormat.class);

  WgTileKernels(KernelModules modules, Launcher launcher, CudaDevice device) {
    this.launcher = launcher;
    multiprocessors = device.multiprocessors();
    if (device.capability() == CAPABILITY) {
      for (WeightFormat format : TileKernels.FORMATS) {
        List<Tile> sizes = new ArrayList<>();
        for (int tokens : TileKernels.PASSES) {
          KernelSignature signature = signature(format, tokens);
          sizes.add(new Tile(tokens, modules.function(signature, MOST_SHARED_BYTES, true)));
        }
        tiles.put(format, sizes);
      }
    }
  }

  private static List<KernelSignature> signatures() {
    List<KernelSignature> signatures = new ArrayList<>();
    for (WeightFormat format : TileKernels.FORMATS) {
      for (int tokens : TileKernels.PASSES) {
        signatures.add(signature(format, tokens));
      }
    }
    return List.copyOf(signatures);
  }

  private static KernelSignature signature(WeightFormat format, int tokens) {
    return new KernelSignature(
        "wgtile_linear_%s_%d".formatted(format.name().toLowerCase(Locale.ROOT), tokens),
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
        INT);
  }

  /** Whether that many rows of packed weights are best multiplied here. */
  boolean serves(WeightFormat format, int tokens) {
    // Unpacking bytes takes longest, and up to 16 rows tile.cu with two blocks hides that better.
    return tiles.containsKey(format)
        && (format != WeightFormat.Q8_0 || tokens > TileKernels.PASSES.getFirst());
  }

  /** Bytes of {@code partials} that any launch may need: each block has two pieces of tiles. */
  long partialBytes() {
    return 2L * multiprocessors * ROWS * TileKernels.PASSES.getLast() * Float.BYTES;
  }

  /** As {@link TileKernels#linear}. */
  void linear(
      long out,
      int outStride,
      Weights weights,
      long x,
      int tokens,
      long partials,
      long counters,
      Epilogue epilogue,
      Activation gate) {
    Tile tile = tile(weights.format(), tokens);
    int stageBytes = tile.stageBytes(weights.format());
    int stages = Math.min((MOST_SHARED_BYTES - RING_AT) / stageBytes, MOST_STAGES);
    long steps =
        (long) Math.ceilDiv(weights.rows(), ROWS)
            * Math.ceilDiv(tokens, tile.tokens())
            * Math.ceilDiv(weights.in(), STEP);
    launcher
        .begin(tile.function(), (int) Math.min(multiprocessors, steps), THREADS)
        .shared(RING_AT + stages * stageBytes)
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
        .integer(epilogue == Epilogue.GATED ? weights.rows() / StreamKernels.TILE_ROWS : 1)
        .integer(stages)
        .integer(epilogue.ordinal())
        .integer(StreamKernels.code(gate))
        .launch();
  }

  private Tile tile(WeightFormat format, int tokens) {
    List<Tile> sizes = tiles.get(format);
    if (sizes == null) {
      throw new IllegalArgumentException("no warpgroup kernel for " + format);
    }
    for (int i = 0; i < sizes.size(); i++) {
      if (sizes.get(i).tokens() >= tokens) {
        return sizes.get(i);
      }
    }
    return sizes.getLast();
  }
}
