package dev.javelin.backend;

/** Keys and values of all layers in blocks. Its layout is the backend's secret. */
public interface KvCache {
  KvCacheSpec spec();

  int numBlocks();

  /** Bytes of one block over all layers, keys and values. */
  default long bytesPerBlock() {
    return spec().bytesPerBlock();
  }
}
