package dev.javelin.backend.cpu.simd;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;

import dev.javelin.backend.Activation;
import dev.javelin.backend.Ops;
import jdk.incubator.vector.FloatVector;

/**
 * Elementwise work on rows of float arrays. Sums go through lanes in memory, because the order of
 * {@code reduceLanes} is not specified and differs between compilers.
 */
public final class Rows {
  private Rows() {}

  /** {@code target += source}. */
  public static void add(float[] target, int to, float[] source, int from, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] += source[from + i];
    }
  }

  /** {@code target *= factor}. */
  public static void scale(float[] target, int to, int count, float factor) {
    for (int i = 0; i < count; i++) {
      target[to + i] *= factor;
    }
  }

  /**
   * {@code target = cap tanh(target / cap)}.
   *
   * @param lanes scratch of 16
   */
  public static void softcap(float[] target, int to, int count, float cap, float[] lanes) {
    for (int i = 0; i < count; i++) {
      target[to + i] /= cap;
    }
    Exp.tanh(target, to, count, lanes);
    scale(target, to, count, cap);
  }

  /**
   * {@code out = x / rms(x) * weight}; {@code out} may be {@code x}.
   *
   * @param lanes scratch of 16
   */
  public static void rmsNorm(
      float[] out,
      int to,
      float[] x,
      int from,
      float[] weight,
      int weightFrom,
      int count,
      float eps,
      float[] lanes) {
    FloatVector squares = FloatVector.zero(FLOATS);
    int whole = FLOATS.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, from + i);
      squares = v.fma(v, squares);
    }
    squares.intoArray(lanes, 0);
    float sum = sum(lanes, 0);
    for (int i = whole; i < count; i++) {
      sum = Math.fma(x[from + i], x[from + i], sum);
    }
    float factor = (float) (1 / Math.sqrt((double) sum / count + eps));
    for (int i = 0; i < count; i++) {
      out[to + i] = x[from + i] * factor * weight[weightFrom + i];
    }
  }

  /** Sum of 16 values in order. */
  public static float sum(float[] values, int from) {
    float sum = 0;
    for (int i = 0; i < Lanes.COUNT; i++) {
      sum += values[from + i];
    }
    return sum;
  }

  /**
   * {@code out = activation(gate) * up}; {@code out} must not overlap {@code x}.
   *
   * @param lanes scratch of 16
   */
  public static void gatedActivation(
      float[] out,
      int to,
      float[] x,
      int gate,
      int up,
      int count,
      Activation activation,
      float[] lanes) {
    switch (activation) {
      case SILU -> silu(out, to, x, gate, up, count);
      case GELU_TANH -> geluTanh(out, to, x, gate, up, count, lanes);
      case GELU -> {
        for (int i = 0; i < count; i++) {
          double g = x[gate + i];
          out[to + i] = (float) (0.5 * g * (1 + Erf.erf(g * Math.sqrt(0.5)))) * x[up + i];
        }
      }
      case RELU -> {
        for (int i = 0; i < count; i++) {
          out[to + i] = Math.max(0f, x[gate + i]) * x[up + i];
        }
      }
    }
  }

  private static void silu(float[] out, int to, float[] x, int gate, int up, int count) {
    for (int i = 0; i < count; i++) {
      out[to + i] = -x[gate + i];
    }
    Exp.exp(out, to, count);
    for (int i = 0; i < count; i++) {
      out[to + i] = x[gate + i] / (out[to + i] + 1f) * x[up + i];
    }
  }

  private static void geluTanh(
      float[] out, int to, float[] x, int gate, int up, int count, float[] lanes) {
    for (int i = 0; i < count; i++) {
      float g = x[gate + i];
      out[to + i] = Math.fma(g * g, 0.044715f, 1f) * g * 0.7978845608f;
    }
    Exp.tanh(out, to, count, lanes);
    for (int i = 0; i < count; i++) {
      out[to + i] = (out[to + i] + 1f) * x[gate + i] * 0.5f * x[up + i];
    }
  }

  /** Lowest index of the largest element, {@link Ops#NO_MAXIMUM} if it is no finite number. */
  public static int argmax(float[] x, int at, int count) {
    int best = Ops.NO_MAXIMUM;
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      float value = x[at + i];
      if (value > largest) {
        largest = value;
        best = i;
      } else if (Float.isNaN(value)) {
        return Ops.NO_MAXIMUM;
      }
    }
    return largest == Float.POSITIVE_INFINITY ? Ops.NO_MAXIMUM : best;
  }
}
