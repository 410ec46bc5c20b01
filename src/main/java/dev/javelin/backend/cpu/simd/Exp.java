package dev.javelin.backend.cpu.simd;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Exponential functions by range reduction to [-ln2/2, ln2/2] and a Taylor polynomial of degree 6;
 * relative error below 3e-7. Below -87 the result is exactly 0, because a denormal in a softmax
 * tail slows every product that it meets by two orders of magnitude.
 *
 * <p>Values go through memory and no vector crosses a call: in a large caller the compiler stops
 * inlining, and a vector that is handed over then costs an allocation.
 */
public final class Exp {
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float ROUND = 12582912f;

  private Exp() {}

  /** {@code values = e^values}, with what is above 88 taken as 88; NaN stays NaN. */
  public static void exp(float[] values, int at, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      VectorMask<Float> mask = FLOATS.indexInRange(i, count);
      FloatVector x = FloatVector.fromArray(FLOATS, values, at + i, mask);
      FloatVector t = x.min(88f).max(-87f);
      FloatVector n =
          t.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND))
              .sub(ROUND);
      FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), t);
      r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
      FloatVector one = FloatVector.broadcast(FLOATS, 1f);
      FloatVector p =
          r.fma(FloatVector.broadcast(FLOATS, 1f / 720), FloatVector.broadcast(FLOATS, 1f / 120));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 24));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1f / 6));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 0.5f));
      p = p.fma(r, one);
      p = p.fma(r, one);
      IntVector exponent =
          ((IntVector) n.convert(VectorOperators.F2I, 0)).lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      e.blend(0f, x.compare(VectorOperators.LT, -87f)).intoArray(values, at + i, mask);
    }
  }

  /** What {@link #exp(float[], int, int)} makes of one value, to the bit. */
  public static float exp(float x) {
    if (x < -87f) {
      return 0f;
    }
    float t = Math.min(x, 88f);
    float n = Math.fma(t, LOG2_E, ROUND) - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, t));
    float p = Math.fma(r, 1f / 720, 1f / 120);
    p = Math.fma(p, r, 1f / 24);
    p = Math.fma(p, r, 1f / 6);
    p = Math.fma(p, r, 0.5f);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    return Float.intBitsToFloat(Float.floatToRawIntBits(p) + ((int) n << 23));
  }

  /**
   * {@code values = tanh(values) = sign(x) (1 - 2 / (e^{2|x|} + 1))}.
   *
   * @param scratch at least 16
   */
  public static void tanh(float[] values, int at, int count, float[] scratch) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      VectorMask<Float> mask = FLOATS.indexInRange(i, count);
      FloatVector.fromArray(FLOATS, values, at + i, mask).abs().mul(2f).intoArray(scratch, 0);
      exp(scratch, 0, Lanes.COUNT);
      FloatVector x = FloatVector.fromArray(FLOATS, values, at + i, mask);
      FloatVector a = x.abs();
      FloatVector one = FloatVector.broadcast(FLOATS, 1f);
      FloatVector large =
          one.sub(
              FloatVector.broadcast(FLOATS, 2f)
                  .div(FloatVector.fromArray(FLOATS, scratch, 0).add(one)));
      // x - x^3/3 + 2x^5/15 where the difference from 1 would cancel.
      FloatVector square = a.mul(a);
      FloatVector small =
          square
              .fma(FloatVector.broadcast(FLOATS, 2f / 15), FloatVector.broadcast(FLOATS, -1f / 3))
              .mul(square)
              .fma(a, a);
      FloatVector magnitude = large.blend(small, a.compare(VectorOperators.LT, 0.05f));
      magnitude
          .blend(magnitude.neg(), x.compare(VectorOperators.LT, 0f))
          .intoArray(values, at + i, mask);
    }
  }
}
