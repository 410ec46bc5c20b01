package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.backend.Linear;
import dev.javelin.backend.RandomWeights;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuLinearTests {
  private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 9, 13, 17, 33};
  private static final int[] OUT = {1, 16, 31, 48, 207};

  @ParameterizedTest
  @EnumSource(
      value = WeightFormat.class,
      names = {
        "F32", "F16", "BF16", "F64", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL", "Q2_K",
        "Q4_K", "Q5_K", "Q6_K"
      })
  void everySizeMatchesTheCodecAndNeitherRowsNorThreadsChangeABit(WeightFormat format) {
    int[] inputs = format.blockElements() == 256 ? new int[] {256, 512} : new int[] {32, 64, 576};
    try (CpuBackend one = CpuBackend.create(1);
        CpuBackend two = CpuBackend.create(2)) {
      for (int in : inputs) {
        for (int out : OUT) {
          PackedWeight weight = RandomWeights.of(format, out, in, in * 1000L + out);
          Linear alone = one.linear(List.of(weight), null);
          Linear shared = two.linear(List.of(weight), null);
          float[] x = gaussian(33 * in, out);
          float[] single = new float[33 * out];
          for (int row = 0; row < 33; row++) {
            float[] y = forward(one, alone, x, row, 1);
            System.arraycopy(y, 0, single, row * out, out);
          }
          assertMatchesCodec(weight, x, single);
          for (int rows : ROWS) {
            assertThat(forward(one, alone, x, 0, rows))
                .as("%s %dx%d, %d rows", format, out, in, rows)
                .containsExactly(Arrays.copyOf(single, rows * out));
            assertThat(forward(two, shared, x, 0, rows))
                .as("%s %dx%d, %d rows, two threads", format, out, in, rows)
                .containsExactly(Arrays.copyOf(single, rows * out));
          }
        }
      }
    }
  }

  @Test
  void floatWeightsTakeAnyNumberOfColumns() {
    try (CpuBackend backend = CpuBackend.create(1)) {
      for (WeightFormat format :
          new WeightFormat[] {WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16}) {
        for (int in : new int[] {1, 31, 33, 205}) {
          PackedWeight weight = RandomWeights.of(format, 33, in, in);
          Linear linear = backend.linear(List.of(weight), null);
          float[] x = gaussian(7 * in, in);
          float[] y = forward(backend, linear, x, 0, 7);
          assertMatchesCodec(weight, x, y);
          assertThat(forward(backend, linear, x, 0, 1)).containsExactly(Arrays.copyOf(y, 33));
        }
      }
    }
  }

  @Test
  void partsOfDifferentFormatsWithRowOrderBiasAndAddition() {
    try (CpuBackend backend = CpuBackend.create(2)) {
      PackedWeight first = RandomWeights.of(WeightFormat.Q4_1, 37, 64, 1);
      int[] order = new int[37];
      for (int i = 0; i < 37; i++) {
        order[i] = (i * 5) % 37;
      }
      first = new PackedWeight("q", first.format(), 37, 64, first.data(), order);
      PackedWeight second = RandomWeights.of(WeightFormat.Q8_0, 20, 64, 2);
      float[] bias = gaussian(57, 3);
      float[] x = gaussian(5 * 64, 4);
      Linear fused = backend.linear(List.of(first, second), backend.floats(bias, 57));
      float[] a = forward(backend, backend.linear(List.of(first), null), x, 0, 5);
      float[] b = forward(backend, backend.linear(List.of(second), null), x, 0, 5);
      assertMatchesCodec(first, x, a);
      Tensor input = backend.floats(x, 5, 64);
      float[] start = gaussian(5 * 57, 6);
      Tensor output = backend.floats(start, 5, 57);
      fused.forwardAdd(output, input);
      float[] y = new float[5 * 57];
      backend.read(output, y);
      for (int row = 0; row < 5; row++) {
        for (int i = 0; i < 57; i++) {
          float product = i < 37 ? a[row * 37 + i] : b[row * 20 + i - 37];
          assertThat(y[row * 57 + i]).isEqualTo(start[row * 57 + i] + (product + bias[i]));
        }
      }
    }
  }

  @Test
  void wrongShapesAreRefused() {
    try (CpuBackend backend = CpuBackend.create(1)) {
      Linear linear = backend.linear(List.of(RandomWeights.of(WeightFormat.F32, 8, 32, 1)), null);
      Tensor x = backend.allocate(DType.F32, 2, 31);
      Tensor y = backend.allocate(DType.F32, 2, 8);
      assertThatThrownBy(() -> linear.forward(y, x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[2, 32]");
      PackedWeight narrow = RandomWeights.of(WeightFormat.F32, 8, 16, 1);
      PackedWeight wide = RandomWeights.of(WeightFormat.F32, 8, 32, 1);
      assertThatThrownBy(() -> backend.linear(List.of(narrow, wide), null))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static float[] forward(CpuBackend backend, Linear linear, float[] x, int row, int rows) {
    float[] part = Arrays.copyOfRange(x, row * linear.in(), (row + rows) * linear.in());
    Tensor out = backend.allocate(DType.F32, rows, linear.out());
    linear.forward(out, backend.floats(part, rows, linear.in()));
    float[] y = new float[rows * linear.out()];
    backend.read(out, y);
    return y;
  }

  private static void assertMatchesCodec(PackedWeight weight, float[] x, float[] y) {
    int in = weight.columns();
    int out = weight.rows();
    float[] w = new float[in];
    for (int o = 0; o < out; o++) {
      weight.decodeRow(o, w, 0);
      for (int row = 0; row < x.length / in; row++) {
        double expected = 0;
        double terms = 0;
        for (int k = 0; k < in; k++) {
          double product = (double) w[k] * x[row * in + k];
          expected += product;
          terms += Math.abs(product);
        }
        assertThat(Math.abs(y[row * out + o] - expected))
            .as("%s %dx%d row %d output %d", weight.format(), out, in, row, o)
            .isLessThanOrEqualTo(1e-5 * terms);
      }
    }
  }

  private static float[] gaussian(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
