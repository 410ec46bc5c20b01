package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.quant.BFloat16;
import dev.javelin.quant.KvDType;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CpuAttentionTests {
  private static final int LENGTH = 53;

  @Test
  void everyShapeMatchesPlainSoftmaxAndStepsOrThreadsChangeNoBit() {
    for (AttentionShape shape :
        new AttentionShape[] {
          new AttentionShape(9, 3, 64),
          new AttentionShape(4, 4, 24),
          new AttentionShape(6, 2, 20),
          new AttentionShape(1, 1, 3)
        }) {
      for (KvDType dtype : KvDType.values()) {
        for (int blockSize : new int[] {16, 32}) {
          for (int window : new int[] {0, 20}) {
            for (float softcap : new float[] {0f, 5f}) {
              AttentionSpec spec = new AttentionSpec(shape, 0.4f, window, softcap);
              check(spec, dtype, blockSize);
            }
          }
        }
      }
    }
  }

  private static void check(AttentionSpec spec, KvDType dtype, int blockSize) {
    float[] qkv = gaussian(LENGTH * spec.shape().qkvSize());
    float[] whole = run(spec, dtype, blockSize, qkv, 1, LENGTH);
    float[] expected = plain(spec, dtype, qkv);
    for (int i = 0; i < expected.length; i++) {
      assertThat(whole[i])
          .as("%s %s block %d element %d", spec, dtype, blockSize, i)
          .isCloseTo(expected[i], within(1e-5f));
    }
    assertThat(run(spec, dtype, blockSize, qkv, 2, LENGTH)).containsExactly(whole);
    assertThat(run(spec, dtype, blockSize, qkv, 2, 1)).containsExactly(whole);
    assertThat(run(spec, dtype, blockSize, qkv, 2, 11)).containsExactly(whole);
  }

  /** Two sequences with the same tokens, fed {@code chunk} tokens a step; returns the second. */
  private static float[] run(
      AttentionSpec spec, KvDType dtype, int blockSize, float[] qkv, int threads, int chunk) {
    AttentionShape shape = spec.shape();
    int blocks = (LENGTH + blockSize - 1) / blockSize;
    try (CpuBackend backend = CpuBackend.create(threads)) {
      KvCache cache =
          backend.kvCache(
              new KvCacheSpec(2, shape.numKvHeads(), shape.headDim(), blockSize, dtype),
              2 * blocks + 1);
      AttentionMetadata metadata = new AttentionMetadata(2 * LENGTH, 2, blocks);
      float[] result = new float[LENGTH * shape.querySize()];
      for (int done = 0; done < LENGTH; done += chunk) {
        int count = Math.min(chunk, LENGTH - done);
        metadata.numTokens = 2 * count;
        metadata.numSequences = 2;
        float[] rows = new float[2 * count * shape.qkvSize()];
        for (int s = 0; s < 2; s++) {
          metadata.queryStart[s + 1] = (s + 1) * count;
          metadata.seqLens[s] = done + count;
          for (int b = 0; b < blocks; b++) {
            metadata.blockTables[s * blocks + b] = 2 * (blocks - b) - s;
          }
          for (int i = 0; i < count; i++) {
            int position = done + i;
            int row = s * count + i;
            metadata.positions[row] = position;
            metadata.slotMapping[row] =
                metadata.blockTables[s * blocks + position / blockSize] * blockSize
                    + position % blockSize;
            System.arraycopy(
                qkv, position * shape.qkvSize(), rows, row * shape.qkvSize(), shape.qkvSize());
          }
        }
        Tensor input = backend.floats(rows, 2 * count, shape.qkvSize());
        Tensor output = backend.allocate(DType.F32, 2 * count, shape.querySize());
        backend.ops().writeKv(cache, 1, input, shape, metadata);
        backend.ops().attention(output, input, cache, 1, spec, metadata);
        float[] both = new float[2 * count * shape.querySize()];
        backend.read(output, both);
        assertThat(Arrays.copyOf(both, both.length / 2))
            .containsExactly(Arrays.copyOfRange(both, both.length / 2, both.length));
        System.arraycopy(both, both.length / 2, result, done * shape.querySize(), both.length / 2);
      }
      return result;
    }
  }

  private static float[] plain(AttentionSpec spec, KvDType dtype, float[] qkv) {
    AttentionShape shape = spec.shape();
    int dim = shape.headDim();
    int group = shape.numHeads() / shape.numKvHeads();
    float[] out = new float[LENGTH * shape.querySize()];
    for (int row = 0; row < LENGTH; row++) {
      for (int h = 0; h < shape.numHeads(); h++) {
        int first = spec.slidingWindow() > 0 ? Math.max(0, row - spec.slidingWindow() + 1) : 0;
        double[] sums = new double[dim];
        double total = 0;
        for (int p = first; p <= row; p++) {
          int key = p * shape.qkvSize() + shape.querySize() + h / group * dim;
          double score = 0;
          for (int i = 0; i < dim; i++) {
            score += (double) qkv[row * shape.qkvSize() + h * dim + i] * kv(qkv[key + i], dtype);
          }
          score *= spec.scale();
          if (spec.softcap() > 0) {
            score = spec.softcap() * Math.tanh(score / spec.softcap());
          }
          double weight = Math.exp(score);
          total += weight;
          for (int i = 0; i < dim; i++) {
            sums[i] += weight * kv(qkv[key + shape.kvSize() + i], dtype);
          }
        }
        for (int i = 0; i < dim; i++) {
          out[row * shape.querySize() + h * dim + i] = (float) (sums[i] / total);
        }
      }
    }
    return out;
  }

  private static float kv(float value, KvDType dtype) {
    return switch (dtype) {
      case F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> BFloat16.widen(BFloat16.round(value));
    };
  }

  @Test
  void aBlockOutsideTheCacheIsRefused() {
    AttentionShape shape = new AttentionShape(1, 1, 4);
    try (CpuBackend backend = CpuBackend.create(1)) {
      KvCache cache = backend.kvCache(new KvCacheSpec(1, 1, 4, 16, KvDType.F32), 2);
      AttentionMetadata metadata = new AttentionMetadata(1, 1, 1);
      metadata.numTokens = 1;
      metadata.numSequences = 1;
      metadata.queryStart[1] = 1;
      metadata.seqLens[0] = 1;
      metadata.blockTables[0] = 2;
      metadata.slotMapping[0] = 32;
      Tensor qkv = backend.allocate(DType.F32, 1, 12);
      Tensor out = backend.allocate(DType.F32, 1, 4);
      AttentionSpec spec = new AttentionSpec(shape, 1, 0, 0);
      assertThatThrownBy(() -> backend.ops().attention(out, qkv, cache, 0, spec, metadata))
          .hasMessageContaining("block 2");
      assertThatThrownBy(() -> backend.ops().writeKv(cache, 0, qkv, shape, metadata))
          .hasMessageContaining("slot 32");
    }
  }

  private static float[] gaussian(int count) {
    Random random = new Random(7);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
