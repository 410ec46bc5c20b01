package dev.javelin.backend.cpu;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.cpu.simd.PagedAttention;
import dev.javelin.backend.cpu.simd.Rows;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Online softmax over tiles of 16 positions in order. An item is a few query rows of one sequence
 * with one key-value head, whose query heads share every loaded tile.
 */
final class AttentionTask implements WorkerTeam.Task {
  private static final int QUERY_ROWS = 8;

  private final WorkerTeam team;
  private final Scratch[] scratches;
  private @Nullable CpuKvCache cache;
  private @Nullable AttentionSpec spec;
  private @Nullable AttentionMetadata metadata;
  private int layer;
  private float[] query = new float[0];
  private float[] out = new float[0];
  private int queryOffset;
  private int outOffset;
  private int[] tileSequence = new int[16];
  private int[] tileRow = new int[16];

  AttentionTask(WorkerTeam team) {
    this.team = team;
    scratches = new Scratch[team.size()];
    Arrays.setAll(scratches, i -> new Scratch());
  }

  void attention(
      Tensor out,
      Tensor qkv,
      CpuKvCache cache,
      int layer,
      AttentionSpec spec,
      AttentionMetadata metadata) {
    AttentionShape shape = spec.shape();
    HostBuffer.checkShape("attention output", out, metadata.numTokens, shape.querySize());
    HostBuffer.checkShape("qkv", qkv, metadata.numTokens, shape.qkvSize());
    this.cache = cache;
    this.layer = layer;
    this.spec = spec;
    this.metadata = metadata;
    query = HostBuffer.array(qkv);
    queryOffset = HostBuffer.offset(qkv);
    this.out = HostBuffer.array(out);
    outOffset = HostBuffer.offset(out);
    checkBlocks(cache, metadata);
    int tiles = 0;
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row += QUERY_ROWS) {
        if (tiles == tileRow.length) {
          tileRow = Arrays.copyOf(tileRow, 2 * tiles);
          tileSequence = Arrays.copyOf(tileSequence, 2 * tiles);
        }
        tileSequence[tiles] = s;
        tileRow[tiles++] = row;
      }
    }
    team.run(this, tiles * shape.numKvHeads(), 1);
  }

  /** Addresses are computed from block ids, so a wrong one must not get that far. */
  private static void checkBlocks(CpuKvCache cache, AttentionMetadata metadata) {
    int blockSize = cache.spec().blockSize();
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        if (metadata.positions[row] < 0 || metadata.positions[row] >= metadata.seqLens[s]) {
          throw new IllegalArgumentException(
              "position %d of a sequence of %d"
                  .formatted(metadata.positions[row], metadata.seqLens[s]));
        }
      }
      int blocks = (metadata.seqLens[s] + blockSize - 1) / blockSize;
      for (int i = 0; i < blocks; i++) {
        int block = metadata.blockTables[s * metadata.maxBlocksPerSequence + i];
        if (block < 0 || block >= cache.numBlocks()) {
          throw new IllegalArgumentException(
              "block %d of a cache of %d".formatted(block, cache.numBlocks()));
        }
      }
    }
  }

  @Override
  public void run(int worker, int from, int to) {
    AttentionSpec current = spec;
    AttentionMetadata where = metadata;
    CpuKvCache keysValues = cache;
    if (current == null || where == null || keysValues == null) {
      throw new IllegalStateException("no attention in progress");
    }
    int kvHeads = current.shape().numKvHeads();
    for (int item = from; item < to; item++) {
      // Later rows see more keys: long items first keep the threads even at the end.
      int tile = (to - 1 - (item - from)) / kvHeads;
      int head = (to - 1 - (item - from)) % kvHeads;
      int sequence = tileSequence[tile];
      int first = tileRow[tile];
      int last = Math.min(first + QUERY_ROWS, where.queryStart[sequence + 1]);
      tile(keysValues, current, where, scratches[worker], sequence, first, last, head);
    }
  }

  private void tile(
      CpuKvCache keysValues,
      AttentionSpec current,
      AttentionMetadata where,
      Scratch scratch,
      int sequence,
      int firstRow,
      int endRow,
      int head) {
    AttentionShape shape = current.shape();
    int dim = shape.headDim();
    int group = shape.numHeads() / shape.numKvHeads();
    int window = current.slidingWindow();
    scratch.prepare((endRow - firstRow) * group, dim);
    int start = Integer.MAX_VALUE;
    int end = 0;
    for (int row = firstRow; row < endRow; row++) {
      int position = where.positions[row];
      start = Math.min(start, window > 0 ? Math.max(0, position - window + 1) : 0);
      end = Math.max(end, position + 1);
    }
    int blockSize = keysValues.spec().blockSize();
    for (int base = start & -CpuKvCache.TILE; base < end; base += CpuKvCache.TILE) {
      int block = where.blockTables[sequence * where.maxBlocksPerSequence + base / blockSize];
      keysValues.read(
          layer, block * blockSize + base % blockSize, head, scratch.tile, scratch.halves);
      for (int row = firstRow; row < endRow; row++) {
        int position = where.positions[row];
        int from = window > 0 ? Math.max(0, position - window + 1 - base) : 0;
        int until = Math.min(CpuKvCache.TILE, position + 1 - base);
        if (from >= until) {
          continue;
        }
        for (int h = 0; h < group; h++) {
          int q = queryOffset + row * shape.qkvSize() + (head * group + h) * dim;
          PagedAttention.update(
              scratch.tile,
              dim,
              query,
              q,
              current.scale(),
              current.softcap(),
              from,
              until,
              scratch.weights,
              scratch.lanes,
              scratch.state,
              ((row - firstRow) * group + h) * PagedAttention.stateSize(dim));
        }
      }
    }
    for (int row = firstRow; row < endRow; row++) {
      for (int h = 0; h < group; h++) {
        int state = ((row - firstRow) * group + h) * PagedAttention.stateSize(dim);
        int to = outOffset + row * shape.querySize() + (head * group + h) * dim;
        float factor = 1 / Rows.sum(scratch.state, state + PagedAttention.SUMS);
        for (int i = 0; i < dim; i++) {
          out[to + i] = scratch.state[state + PagedAttention.VALUES + i] * factor;
        }
      }
    }
  }

  /** Bytes of one thread's scratch for key-value heads that so many query heads share. */
  static long scratchBytes(int group, int dim) {
    long lanes = 2L * CpuKvCache.TILE;
    long state = (long) QUERY_ROWS * group * PagedAttention.stateSize(dim);
    return Float.BYTES * (lanes + lanes * dim + state) + Short.BYTES * lanes * dim;
  }

  private static final class Scratch {
    final float[] weights = new float[CpuKvCache.TILE];
    final float[] lanes = new float[CpuKvCache.TILE];
    float[] tile = new float[0];
    short[] halves = new short[0];
    float[] state = new float[0];

    void prepare(int queries, int dim) {
      if (tile.length < 2 * CpuKvCache.TILE * dim) {
        tile = new float[2 * CpuKvCache.TILE * dim];
        halves = new short[tile.length];
      }
      int size = PagedAttention.stateSize(dim);
      if (state.length < queries * size) {
        state = new float[queries * size];
      }
      Arrays.fill(state, 0, queries * size, 0f);
      for (int i = 0; i < queries; i++) {
        state[i * size] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
