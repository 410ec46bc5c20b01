package dev.javelin.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.javelin.backend.Activation;
import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.AttentionShape;
import dev.javelin.backend.AttentionSpec;
import dev.javelin.backend.KvCache;
import dev.javelin.backend.KvCacheSpec;
import dev.javelin.backend.Linear;
import dev.javelin.backend.Ops;
import dev.javelin.backend.RandomWeights;
import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;
import dev.javelin.backend.Workspace;
import dev.javelin.quant.KvDType;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.DType;
import dev.javelin.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CpuOpsTests {
  private final CpuBackend backend = CpuBackend.create(2);
  private final Ops ops = backend.ops();

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void rmsNormMatchesItsDefinition() {
    for (int columns : new int[] {1, 15, 16, 33, 576}) {
      float[] x = gaussian(40 * columns, 1);
      float[] weight = gaussian(columns, 2);
      Tensor in = backend.floats(x, 40, columns);
      ops.rmsNorm(in, in, backend.floats(weight, columns), 1e-5f);
      float[] y = read(in);
      for (int row = 0; row < 40; row++) {
        double squares = 0;
        for (int i = 0; i < columns; i++) {
          squares += (double) x[row * columns + i] * x[row * columns + i];
        }
        for (int i = 0; i < columns; i++) {
          double expected = x[row * columns + i] / Math.sqrt(squares / columns + 1e-5) * weight[i];
          assertThat((double) y[row * columns + i])
              .isCloseTo(expected, within(1e-5 * Math.abs(expected) + 1e-7));
        }
      }
    }
  }

  @Test
  void activationsMatchTheirDefinitionsFromTailToTail() {
    int size = 203;
    float[] both = gaussian(3 * 2 * size, 3);
    for (int i = 0; i < both.length; i++) {
      both[i] *= i % 7 == 0 ? 40 : 3;
    }
    for (Activation activation : Activation.values()) {
      Tensor out = backend.allocate(DType.F32, 3, size);
      ops.gatedActivation(out, backend.floats(both, 3, 2 * size), activation);
      float[] y = read(out);
      for (int row = 0; row < 3; row++) {
        for (int i = 0; i < size; i++) {
          double gate = both[row * 2 * size + i];
          double expected = activate(activation, gate) * both[row * 2 * size + size + i];
          assertThat((double) y[row * size + i])
              .as("%s of %s", activation, gate)
              .isCloseTo(expected, within(2e-6 * Math.abs(expected) + 2e-4));
        }
      }
    }
  }

  private static double activate(Activation activation, double x) {
    return switch (activation) {
      case SILU -> x / (1 + Math.exp(-x));
      case RELU -> Math.max(0, x);
      case GELU_TANH ->
          0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU -> x * normal(x);
    };
  }

  /** The normal distribution function by Simpson's rule. */
  private static double normal(double x) {
    double limited = Math.clamp(x, -10, 10);
    int steps = 2000;
    double width = limited / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double t = i * width;
      sum += Math.exp(-t * t / 2) * (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2);
    }
    return 0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI);
  }

  @Test
  void elementwiseOpsAndGather() {
    float[] a = gaussian(5 * 19, 4);
    float[] b = gaussian(5 * 19, 5);
    Tensor x = backend.floats(a, 5, 19);
    ops.add(x, backend.floats(b, 5, 19));
    ops.scale(x, 3f);
    float[] scaled = read(x);
    Tensor gathered = backend.allocate(DType.F32, 2, 19);
    ops.gatherRows(gathered, x, new int[] {4, 0, 9}, 2);
    float[] rows = read(gathered);
    ops.softcap(x, 2f);
    float[] capped = read(x);
    for (int i = 0; i < a.length; i++) {
      assertThat(scaled[i]).isEqualTo((a[i] + b[i]) * 3f);
      assertThat((double) capped[i]).isCloseTo(2 * Math.tanh(scaled[i] / 2.0), within(1e-6));
    }
    for (int i = 0; i < 19; i++) {
      assertThat(rows[i]).isEqualTo(scaled[4 * 19 + i]);
      assertThat(rows[19 + i]).isEqualTo(scaled[i]);
    }
    assertThatThrownBy(() -> ops.gatherRows(gathered, x, new int[] {5, 0}, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void headNormTouchesQueriesAndKeysOnly() {
    AttentionShape shape = new AttentionShape(4, 2, 20);
    float[] qkv = gaussian(3 * shape.qkvSize(), 6);
    float[] q = gaussian(20, 7);
    float[] k = gaussian(20, 8);
    Tensor x = backend.floats(qkv, 3, shape.qkvSize());
    ops.headNorm(x, shape, backend.floats(q, 20), backend.floats(k, 20), 1e-6f);
    float[] y = read(x);
    for (int i = 0; i < y.length; i++) {
      int head = i % shape.qkvSize() / 20;
      double squares = 0;
      for (int j = 0; j < 20; j++) {
        squares += (double) qkv[i / 20 * 20 + j] * qkv[i / 20 * 20 + j];
      }
      double normed = qkv[i] / Math.sqrt(squares / 20 + 1e-6);
      double expected = head < 4 ? normed * q[i % 20] : head < 6 ? normed * k[i % 20] : qkv[i];
      assertThat((double) y[i]).isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void ropeRotatesBothLayoutsByPositionAndVariant() {
    AttentionShape shape = new AttentionShape(2, 1, 12);
    RopeSpec.Frequencies growing =
        new RopeSpec.Frequencies() {
          @Override
          public int variant(int length) {
            return length > 100 ? length : 0;
          }

          @Override
          public double[] forLength(int length) {
            double base = length > 100 ? length : 10;
            return new double[] {1, 1 / base, 1 / base / base, 1e-4};
          }
        };
    for (RopeSpec.Layout layout : RopeSpec.Layout.values()) {
      RopeTable table = backend.ropeTable(new RopeSpec(8, layout, 5000, 1.5f, growing));
      AttentionMetadata metadata = new AttentionMetadata(20, 1, 1);
      metadata.numTokens = 20;
      metadata.numSequences = 1;
      metadata.queryStart[1] = 20;
      for (int row = 0; row < 20; row++) {
        metadata.positions[row] = row * 97;
      }
      float[] qkv = gaussian(20 * shape.qkvSize(), 9);
      Tensor x = backend.floats(qkv, 20, shape.qkvSize());
      ops.rope(x, shape, table, metadata);
      float[] y = read(x);
      for (int row = 0; row < 20; row++) {
        double[] frequencies = growing.forLength(row * 97 + 1);
        for (int h = 0; h < 4; h++) {
          int at = row * shape.qkvSize() + h * 12;
          for (int i = 0; i < 4; i++) {
            int first = layout == RopeSpec.Layout.HALVES ? at + i : at + 2 * i;
            int second = layout == RopeSpec.Layout.HALVES ? at + 4 + i : at + 2 * i + 1;
            double angle = h < 3 ? row * 97 * frequencies[i] : 0;
            double factor = h < 3 ? 1.5 : 1;
            double cos = Math.cos(angle) * factor;
            double sin = Math.sin(angle) * factor;
            assertThat((double) y[first])
                .isCloseTo(qkv[first] * cos - qkv[second] * sin, within(1e-5));
            assertThat((double) y[second])
                .isCloseTo(qkv[second] * cos + qkv[first] * sin, within(1e-5));
          }
          for (int i = 8; i < 12; i++) {
            assertThat(y[at + i]).isEqualTo(qkv[at + i]);
          }
        }
      }
    }
  }

  @Test
  void theWorkspaceGivesTheSameTensorsForTheSameCalls() {
    Workspace workspace = backend.workspace();
    int mark = workspace.mark();
    Tensor a = workspace.activations(4, 8);
    Tensor b = workspace.floats(2, 3);
    workspace.release(mark);
    assertThat(workspace.activations(4, 8)).isSameAs(a);
    assertThat(workspace.floats(2, 3)).isSameAs(b);
    workspace.release(mark);
  }

  @Test
  void embeddingsAreTheRowsOfTheCodec() {
    PackedWeight weight = RandomWeights.of(WeightFormat.Q8_0, 50, 64, 10);
    Tensor out = backend.allocate(DType.F32, 3, 64);
    backend.embedding(weight).gather(out, new int[] {49, 0, 7, -1}, 3);
    float[] y = read(out);
    float[] expected = new float[3 * 64];
    weight.decodeRow(49, expected, 0);
    weight.decodeRow(0, expected, 64);
    weight.decodeRow(7, expected, 128);
    assertThat(y).containsExactly(expected);
    assertThatThrownBy(() -> backend.embedding(weight).gather(out, new int[] {1, 2, 50}, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("50");
  }

  @Test
  @Tag("soak")
  void aWarmStepAllocatesNothing() {
    AttentionShape shape = new AttentionShape(4, 2, 32);
    Linear qkvLinear =
        backend.linear(
            List.of(RandomWeights.of(WeightFormat.Q4_1, shape.qkvSize(), 128, 11)), null);
    Linear gateUp =
        backend.linear(List.of(RandomWeights.of(WeightFormat.Q8_0, 256, 128, 12)), null);
    Linear down = backend.linear(List.of(RandomWeights.of(WeightFormat.F16, 128, 128, 13)), null);
    KvCache cache = backend.kvCache(new KvCacheSpec(1, 2, 32, 16, KvDType.F16), 4);
    RopeTable table =
        backend.ropeTable(
            new RopeSpec(32, RopeSpec.Layout.HALVES, 64, 1, length -> new double[16]));
    AttentionMetadata metadata = new AttentionMetadata(1, 1, 4);
    metadata.numTokens = 1;
    metadata.numSequences = 1;
    metadata.queryStart[1] = 1;
    metadata.seqLens[0] = 40;
    metadata.positions[0] = 39;
    metadata.slotMapping[0] = 39;
    for (int i = 0; i < 4; i++) {
      metadata.blockTables[i] = i;
    }
    Tensor x = backend.floats(gaussian(128, 14), 1, 128);
    Tensor norm = backend.floats(gaussian(128, 15), 128);
    AttentionSpec spec = new AttentionSpec(shape, 0.2f, 0, 0);
    Workspace workspace = backend.workspace();
    Runnable step =
        () -> {
          int mark = workspace.mark();
          Tensor qkv = workspace.activations(1, shape.qkvSize());
          ops.normLinear(qkv, x, norm, 1e-5f, qkvLinear, workspace);
          ops.ropeAndWriteKv(qkv, shape, table, cache, 0, metadata);
          Tensor attended = workspace.activations(1, shape.querySize());
          ops.attention(attended, qkv, cache, 0, spec, metadata);
          ops.gatedMlpAdd(x, attended, gateUp, down, Activation.SILU, workspace);
          ops.rmsNorm(x, x, norm, 1e-5f);
          workspace.release(mark);
        };
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    // The interpreter and the first compiler allocate vectors: wait until the last one has taken
    // over, however long the machine needs.
    for (int round = 0; round < 60 && allocated > 100; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2000; i++) {
        step.run();
      }
      allocated = (threads.getCurrentThreadAllocatedBytes() - before) / 2000;
    }
    assertThat(allocated).as("bytes a step").isLessThanOrEqualTo(100);
  }

  private float[] read(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elements())];
    backend.read(tensor, values);
    return values;
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
