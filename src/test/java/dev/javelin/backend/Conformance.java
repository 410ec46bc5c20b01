package dev.javelin.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import dev.javelin.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;

/**
 * A backend beside {@link ReferenceBackend}: the same random inputs go to both, and their outputs
 * are compared element by element. Inputs pass through the backend's activation type first, so that
 * only its arithmetic is judged.
 */
public final class Conformance {
  /** A tensor of the backend and the same values in the reference. */
  record Pair(Tensor candidate, Tensor reference) {}

  final Backend candidate;
  final ReferenceBackend reference = new ReferenceBackend();
  private final double tolerance;
  private final double leastSize;
  private final Random random;

  /**
   * @param tolerance largest error of an element, relative to its size plus the root mean square of
   *     its tensor; about 1e-5 for float32, 1e-2 for bfloat16
   */
  public Conformance(Backend candidate, double tolerance) {
    this(candidate, tolerance, 0, new Random(20));
  }

  private Conformance(Backend candidate, double tolerance, double leastSize, Random random) {
    this.candidate = candidate;
    this.tolerance = tolerance;
    this.leastSize = leastSize;
    this.random = random;
  }

  /** The same backends, for values that were rounded to a coarser type on the way. */
  Conformance within(double least) {
    return new Conformance(candidate, Math.max(least, tolerance), leastSize, random);
  }

  /**
   * The same backends, for tensors whose elements are typically of that size: a few of them may all
   * happen to be small, and their errors are not.
   */
  Conformance ofSize(double size) {
    return new Conformance(candidate, tolerance, size, random);
  }

  /** A call to make on both backends; {@code of} picks each one's own tensor of a pair. */
  interface Call {
    void on(Backend backend, Function<Pair, Tensor> of);
  }

  /** Makes the call on both, then compares {@code outputs}. */
  void check(String what, Call call, Pair... outputs) {
    call.on(candidate, Pair::candidate);
    call.on(reference, Pair::reference);
    for (Pair output : outputs) {
      assertSame(output, what);
    }
  }

  int nextInt(int bound) {
    return random.nextInt(bound);
  }

  float[] gaussian(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** [rows, columns] of the activation type. The way in is an embedding of float32 rows. */
  Pair activations(int rows, int columns) {
    return activations(gaussian(rows * columns), rows, columns);
  }

  Pair activations(float[] values, int rows, int columns) {
    MemorySegment data = MemorySegment.ofArray(new byte[4 * values.length]);
    MemorySegment.copy(MemorySegment.ofArray(values), 0, data, 0, data.byteSize());
    PackedWeight table = new PackedWeight("inputs", WeightFormat.F32, rows, columns, data);
    int[] ids = new int[rows];
    for (int i = 0; i < rows; i++) {
      ids[i] = i;
    }
    Tensor tensor = candidate.allocate(candidate.activationType(), rows, columns);
    candidate.embedding(table).gather(tensor, ids, rows);
    return new Pair(tensor, reference.floats(read(candidate, tensor), rows, columns));
  }

  /** [rows, columns] float32. */
  Pair floats(float[] values, int rows, int columns) {
    return new Pair(
        candidate.floats(values, rows, columns), reference.floats(values, rows, columns));
  }

  /** An output of the activation type, full of numbers that must not survive. */
  Pair poisoned(int rows, int columns) {
    float[] poison = new float[rows * columns];
    Arrays.fill(poison, 1e30f);
    return activations(poison, rows, columns);
  }

  /** [count] float32 weights of a norm, near one. */
  Pair normWeights(int count) {
    float[] values = gaussian(count);
    for (int i = 0; i < count; i++) {
      values[i] = 1 + values[i] / 4;
    }
    return new Pair(candidate.floats(values, count), reference.floats(values, count));
  }

  private void assertSame(Pair pair, String what) {
    float[] expected = read(reference, pair.reference());
    float[] actual = read(candidate, pair.candidate());
    double squares = 0;
    for (float value : expected) {
      squares += (double) value * value;
    }
    double size = Math.max(leastSize, Math.sqrt(squares / expected.length));
    for (int i = 0; i < expected.length; i++) {
      double limit = tolerance * (Math.abs(expected[i]) + size);
      if (!(Math.abs(actual[i] - expected[i]) <= limit)) {
        assertThat(actual[i])
            .as("%s: element %d of %d, within %.3g", what, i, expected.length, limit)
            .isEqualTo(expected[i]);
      }
    }
  }

  static float[] read(Backend backend, Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.elements())];
    backend.read(tensor, values);
    return values;
  }
}
