package dev.javelin.backend.cuda;

import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;

/** Per layer [block][kvHead][K, V][blockSize][headDim]. */
record CudaKvCache(KvCacheSpec spec, int numBlocks, long address) implements KvCache {

  long layer(int layer) {
    return address + layer * (bytesPerBlock() / spec.numLayers()) * numBlocks;
  }
}
