package dev.javelin.backend.cpu;

import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cpu.simd.Lanes;
import dev.javelin.quant.BFloat16;
import dev.javelin.quant.KvDType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keys and values in tiles of 16 positions. Per layer, block, tile and head: keys [headDim][16], so
 * that 16 scores come from vector loads without a horizontal sum, then values [16][headDim].
 */
final class CpuKvCache implements KvCache {
  static final int TILE = 16;

  private final KvCacheSpec spec;
  private final int numBlocks;
  private final int elementBytes;
  private final long layerBytes;
  private final long address;

  CpuKvCache(KvCacheSpec spec, int numBlocks, Arena arena) {
    if (spec.blockSize() <= 0 || spec.blockSize() % TILE != 0) {
      throw new IllegalArgumentException(
          "block size must be a multiple of %d, got %d".formatted(TILE, spec.blockSize()));
    }
    if (numBlocks <= 0) {
      throw new IllegalArgumentException("a cache needs at least one block, got " + numBlocks);
    }
    this.spec = spec;
    this.numBlocks = numBlocks;
    elementBytes = spec.dtype().bytes();
    layerBytes = Math.multiplyExact(bytesPerBlock() / spec.numLayers(), (long) numBlocks);
    address = arena.allocate(Math.multiplyExact(layerBytes, spec.numLayers()), 64).address();
  }

  @Override
  public KvCacheSpec spec() {
    return spec;
  }

  @Override
  public int numBlocks() {
    return numBlocks;
  }

  @Override
  public boolean copiesBlocks() {
    return true;
  }

  @Override
  public void copyOut(int block, MemorySegment target) {
    long bytes = layerBytes / numBlocks;
    for (int layer = 0; layer < spec.numLayers(); layer++) {
      MemorySegment.copy(
          Lanes.MEMORY, address + layer * layerBytes + block * bytes, target, layer * bytes, bytes);
    }
  }

  @Override
  public void copyIn(int block, MemorySegment source) {
    long bytes = layerBytes / numBlocks;
    for (int layer = 0; layer < spec.numLayers(); layer++) {
      MemorySegment.copy(
          source, layer * bytes, Lanes.MEMORY, address + layer * layerBytes + block * bytes, bytes);
    }
  }

  /** Address of the keys of one head in the tile that holds {@code slot}; its values follow. */
  private long tile(int layer, int slot, int head) {
    return address
        + layer * layerBytes
        + ((long) (slot / TILE) * spec.numKvHeads() + head)
            * 2
            * TILE
            * spec.headDim()
            * elementBytes;
  }

  /** Stores the key and the value of one position and head. */
  void write(int layer, int slot, int head, float[] source, int key, int value) {
    int dim = spec.headDim();
    long keys = tile(layer, slot, head) + (long) (slot % TILE) * elementBytes;
    long values = tile(layer, slot, head) + (long) (TILE + slot % TILE) * dim * elementBytes;
    switch (spec.dtype()) {
      case F16 -> {
        for (int i = 0; i < dim; i++) {
          Lanes.MEMORY.set(
              ValueLayout.JAVA_SHORT, keys + 2L * TILE * i, Float.floatToFloat16(source[key + i]));
          Lanes.MEMORY.set(
              ValueLayout.JAVA_SHORT, values + 2L * i, Float.floatToFloat16(source[value + i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < dim; i++) {
          Lanes.MEMORY.set(
              ValueLayout.JAVA_SHORT, keys + 2L * TILE * i, BFloat16.round(source[key + i]));
          Lanes.MEMORY.set(
              ValueLayout.JAVA_SHORT, values + 2L * i, BFloat16.round(source[value + i]));
        }
      }
      case F32 -> {
        for (int i = 0; i < dim; i++) {
          Lanes.MEMORY.set(ValueLayout.JAVA_FLOAT, keys + 4L * TILE * i, source[key + i]);
          Lanes.MEMORY.set(ValueLayout.JAVA_FLOAT, values + 4L * i, source[value + i]);
        }
      }
    }
  }

  /**
   * Reads the tile of 16 positions that holds {@code slot} as float32.
   *
   * @param target [2 * 16 * headDim] keys [headDim][16], then values [16][headDim]
   * @param halves scratch of the same length
   */
  void read(int layer, int slot, int head, float[] target, short[] halves) {
    long at = tile(layer, slot, head);
    int count = 2 * TILE * spec.headDim();
    if (elementBytes == 4) {
      MemorySegment.copy(Lanes.MEMORY, ValueLayout.JAVA_FLOAT, at, target, 0, count);
      return;
    }
    MemorySegment.copy(Lanes.MEMORY, ValueLayout.JAVA_SHORT, at, halves, 0, count);
    if (spec.dtype() == KvDType.BF16) {
      for (int i = 0; i < count; i++) {
        target[i] = BFloat16.widen(halves[i]);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      target[i] = Float.float16ToFloat(halves[i]);
    }
  }
}
