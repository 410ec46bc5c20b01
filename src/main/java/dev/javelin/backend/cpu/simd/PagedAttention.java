package dev.javelin.backend.cpu.simd;

import static dev.javelin.backend.cpu.simd.Lanes.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One step of online softmax (Milakov and Gimelshein, 2018, arXiv:1805.02867): a query against 16
 * keys and values.
 */
public final class PagedAttention {
  /** Offset in a state of the 16 partial sums of weights; the maximum stands before. */
  public static final int SUMS = 16;

  /** Offset in a state of the weighted sum of values. */
  public static final int VALUES = 32;

  private PagedAttention() {}

  /** Floats that one query carries from tile to tile. */
  public static int stateSize(int dim) {
    return VALUES + (dim + 15) / 16 * 16;
  }

  /**
   * Takes positions {@code [from, until)} of a tile into the state of one query.
   *
   * @param tile keys [dim][16], then values [16][dim]
   * @param weights scratch of 16
   * @param scratch of 16, for a soft cap
   * @param state from {@code at}: maximum, sums, values; starts as -infinity and zeros
   */
  public static void update(
      float[] tile,
      int dim,
      float[] query,
      int q,
      float scale,
      float softcap,
      int from,
      int until,
      float[] weights,
      float[] scratch,
      float[] state,
      int at) {
    scores(tile, dim, query, q, weights);
    FloatVector scores = FloatVector.fromArray(FLOATS, weights, 0).mul(scale);
    if (softcap > 0) {
      scores.div(softcap).intoArray(weights, 0);
      Exp.tanh(weights, 0, Lanes.COUNT, scratch);
      scores = FloatVector.fromArray(FLOATS, weights, 0).mul(softcap);
    }
    VectorMask<Float> seen = FLOATS.indexInRange(0, until).andNot(FLOATS.indexInRange(0, from));
    scores = scores.blend(Float.NEGATIVE_INFINITY, seen.not());
    float before = state[at];
    float maximum = Math.max(before, scores.reduceLanes(VectorOperators.MAX));
    scores.sub(maximum).intoArray(weights, 0);
    Exp.exp(weights, 0, Lanes.COUNT);
    float correction = Exp.exp(before - maximum);
    state[at] = maximum;
    FloatVector.fromArray(FLOATS, state, at + SUMS)
        .fma(FloatVector.broadcast(FLOATS, correction), FloatVector.fromArray(FLOATS, weights, 0))
        .intoArray(state, at + SUMS);
    values(tile, dim, weights, from, until, correction, state, at + VALUES);
  }

  /** Products of a query with 16 keys, into {@code out}. */
  private static void scores(float[] tile, int dim, float[] query, int q, float[] out) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i + 4 <= dim; i += 4) {
      a =
          FloatVector.fromArray(FLOATS, tile, i * 16)
              .fma(FloatVector.broadcast(FLOATS, query[q + i]), a);
      b =
          FloatVector.fromArray(FLOATS, tile, i * 16 + 16)
              .fma(FloatVector.broadcast(FLOATS, query[q + i + 1]), b);
      c =
          FloatVector.fromArray(FLOATS, tile, i * 16 + 32)
              .fma(FloatVector.broadcast(FLOATS, query[q + i + 2]), c);
      d =
          FloatVector.fromArray(FLOATS, tile, i * 16 + 48)
              .fma(FloatVector.broadcast(FLOATS, query[q + i + 3]), d);
    }
    for (; i < dim; i++) {
      a =
          FloatVector.fromArray(FLOATS, tile, i * 16)
              .fma(FloatVector.broadcast(FLOATS, query[q + i]), a);
    }
    a.add(b).add(c.add(d)).intoArray(out, 0);
  }

  private static void values(
      float[] tile,
      int dim,
      float[] weights,
      int from,
      int until,
      float correction,
      float[] state,
      int to) {
    int first = 16 * dim;
    int whole = dim & -16;
    for (int i = 0; i < whole; i += 16) {
      FloatVector sum = FloatVector.fromArray(FLOATS, state, to + i).mul(correction);
      // Only positions that exist: what lies beyond may be anything, and 0 times NaN is NaN.
      for (int p = from; p < until; p++) {
        sum =
            FloatVector.fromArray(FLOATS, tile, first + p * dim + i)
                .fma(FloatVector.broadcast(FLOATS, weights[p]), sum);
      }
      sum.intoArray(state, to + i);
    }
    for (int i = whole; i < dim; i++) {
      float sum = state[to + i] * correction;
      for (int p = from; p < until; p++) {
        sum = Math.fma(tile[first + p * dim + i], weights[p], sum);
      }
      state[to + i] = sum;
    }
  }
}
