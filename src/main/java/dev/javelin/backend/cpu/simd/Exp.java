package dev.javelin.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Exponential functions by range reduction to [-ln2/2, ln2/2] and a Taylor polynomial of degree 6;
 * relative error below 3e-7. Below -87 the result is exactly 0, because a denormal in a softmax
 * tail slows every product that it meets by two orders of magnitude.
 */
public final class Exp {
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float ROUND = 12582912f;

  private Exp() {}

  /** e^x, with x limited to 88; NaN stays NaN. */
  public static FloatVector exp(FloatVector x) {
    FloatVector t = x.min(88f).max(-87f);
    FloatVector n = t.fma(FloatVector.broadcast(Lanes.FLOATS, LOG2_E), broadcast(ROUND)).sub(ROUND);
    FloatVector r = n.fma(broadcast(-LN2_HIGH), t);
    r = n.fma(broadcast(-LN2_LOW), r);
    FloatVector p = r.fma(broadcast(1f / 720), broadcast(1f / 120));
    p = p.fma(r, broadcast(1f / 24));
    p = p.fma(r, broadcast(1f / 6));
    p = p.fma(r, broadcast(0.5f));
    p = p.fma(r, broadcast(1f));
    p = p.fma(r, broadcast(1f));
    IntVector exponent =
        ((IntVector) n.convert(VectorOperators.F2I, 0)).lanewise(VectorOperators.LSHL, 23);
    FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return e.blend(0f, x.compare(VectorOperators.LT, -87f));
  }

  /** tanh(x) = sign(x) (1 - 2 / (e^{2|x|} + 1)). */
  public static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector large = broadcast(1f).sub(broadcast(2f).div(exp(a.mul(2f)).add(1f)));
    // x - x^3/3 + 2x^5/15 where the difference from 1 would cancel.
    FloatVector square = a.mul(a);
    FloatVector small = square.fma(broadcast(2f / 15), broadcast(-1f / 3)).mul(square).fma(a, a);
    FloatVector magnitude = large.blend(small, a.compare(VectorOperators.LT, 0.05f));
    return magnitude.blend(magnitude.neg(), x.compare(VectorOperators.LT, 0f));
  }

  private static FloatVector broadcast(float value) {
    return FloatVector.broadcast(Lanes.FLOATS, value);
  }
}
