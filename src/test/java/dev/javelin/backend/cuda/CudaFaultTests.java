package dev.javelin.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.cuda.driver.CudaException;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class CudaFaultTests {
  @Test
  void aKernelsFaultCostsItsBackendAndTheNextOneWorks() {
    CudaBackend broken = Gpu.backend(false);
    fault(broken);
    assertThatThrownBy(() -> broken.read(broken.floats(new float[] {1}, 1), new float[1]))
        .isInstanceOfSatisfying(CudaException.class, e -> assertThat(e.sticky()).isTrue());
    try (CudaBackend next = Gpu.backend(false)) {
      broken.close();
      float[] values = new float[1];
      next.read(next.floats(new float[] {7}, 1), values);
      assertThat(values).containsExactly(7);
    }
  }

  /** Attention over a block that no memory belongs to. */
  private static void fault(CudaBackend backend) {
    AttentionShape shape = new AttentionShape(1, 1, 64);
    KvCache cache = backend.kvCache(new KvCacheSpec(1, 1, 64, 16, KvDType.F32), 1);
    AttentionMetadata metadata = new AttentionMetadata(1, 1, 1);
    metadata.numTokens = 1;
    metadata.numSequences = 1;
    metadata.queryStart[1] = 1;
    metadata.seqLens[0] = 1;
    metadata.blockTables[0] = Integer.MAX_VALUE / 2;
    Tensor qkv = backend.allocate(DType.BF16, 1, shape.qkvSize());
    Tensor out = backend.allocate(DType.BF16, 1, shape.querySize());
    backend.ops().attention(out, qkv, cache, 0, new AttentionSpec(shape, 1, 0, 0), metadata);
  }
}
