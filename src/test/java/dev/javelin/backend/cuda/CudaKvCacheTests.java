package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.quant.KvDType;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("gpu")
class CudaKvCacheTests {
  /** The last has blocks that are larger than a transfer. */
  @ParameterizedTest
  @CsvSource({"1, 1, 64, 16, F32", "5, 3, 64, 64, BF16", "40, 8, 128, 256, F16"})
  void blocksComeBackAsTheyWere(int layers, int heads, int headDim, int blockSize, KvDType dtype) {
    try (CudaBackend backend = Gpu.backend(false)) {
      KvCache cache = backend.kvCache(new KvCacheSpec(layers, heads, headDim, blockSize, dtype), 4);
      assertThat(cache.copiesBlocks()).isTrue();
      byte[][] blocks = new byte[4][Math.toIntExact(cache.bytesPerBlock())];
      for (int block = 0; block < 4; block++) {
        new Random(block).nextBytes(blocks[block]);
        cache.copyIn(block, MemorySegment.ofArray(blocks[block]));
      }
      for (int block = 3; block >= 0; block--) {
        byte[] copy = new byte[blocks[block].length];
        cache.copyOut(block, MemorySegment.ofArray(copy));
        assertThat(copy).as("block %d", block).isEqualTo(blocks[block]);
      }
    }
  }
}
