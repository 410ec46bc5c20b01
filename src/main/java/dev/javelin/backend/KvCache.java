package dev.javelin.backend;

import java.lang.foreign.MemorySegment;

/** Keys and values of all layers in blocks. Its layout is the backend's secret. */
public interface KvCache {
  KvCacheSpec spec();

  int numBlocks();

  /** Bytes of one block over all layers, keys and values. */
  default long bytesPerBlock() {
    return spec().bytesPerBlock();
  }

  /** Whether blocks can be copied to host memory and back. */
  default boolean copiesBlocks() {
    return false;
  }

  /**
   * Copies one block over all layers, as the steps enqueued so far leave it, and waits.
   *
   * @param target [bytesPerBlock] bytes of host memory
   * @throws UnsupportedOperationException unless {@link #copiesBlocks}
   */
  default void copyOut(int block, MemorySegment target) {
    throw new UnsupportedOperationException("this cache copies no blocks to the host");
  }

  /**
   * Copies one block back before anything enqueued later; {@code source} may change afterwards.
   *
   * @param source [bytesPerBlock] bytes that {@link #copyOut} wrote
   * @throws UnsupportedOperationException unless {@link #copiesBlocks}
   */
  default void copyIn(int block, MemorySegment source) {
    throw new UnsupportedOperationException("this cache copies no blocks from the host");
  }
}
