package dev.javelin.backend.cuda;

import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaStream;
import java.lang.foreign.MemorySegment;

/** Per layer [block][kvHead][K, V][blockSize][headDim]. */
record CudaKvCache(KvCacheSpec spec, int numBlocks, long address, Upload upload, CudaStream stream)
    implements KvCache {

  long layer(int layer) {
    return address + layer * layerBytes() * numBlocks;
  }

  /** Bytes of one block in one layer. */
  private long layerBytes() {
    return bytesPerBlock() / spec.numLayers();
  }

  @Override
  public boolean copiesBlocks() {
    return layerBytes() <= Upload.STAGE_BYTES;
  }

  @Override
  public void copyOut(int block, MemorySegment target) {
    long bytes = layerBytes();
    int layersPerStage = (int) (Upload.STAGE_BYTES / bytes);
    for (int first = 0; first < spec.numLayers(); first += layersPerStage) {
      int count = Math.min(layersPerStage, spec.numLayers() - first);
      MemorySegment stage = upload.stage();
      for (int i = 0; i < count; i++) {
        Copies.toHost(stage.asSlice(i * bytes), layer(first + i) + block * bytes, bytes, stream);
      }
      stream.synchronize();
      MemorySegment.copy(stage, 0, target, first * bytes, count * bytes);
    }
  }

  @Override
  public void copyIn(int block, MemorySegment source) {
    long bytes = layerBytes();
    int layersPerStage = (int) (Upload.STAGE_BYTES / bytes);
    for (int first = 0; first < spec.numLayers(); first += layersPerStage) {
      int count = Math.min(layersPerStage, spec.numLayers() - first);
      MemorySegment.copy(source, first * bytes, upload.stage(), 0, count * bytes);
      for (int i = 0; i < count; i++) {
        upload.send(layer(first + i) + block * bytes, i * bytes, bytes);
      }
    }
  }
}
