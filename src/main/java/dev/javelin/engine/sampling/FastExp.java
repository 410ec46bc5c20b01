package dev.javelin.engine.sampling;

/**
 * The exponential of numbers up to 0, about three times as fast as {@link Math#exp} and within
 * 1e-15 of it: 2^(n / 1024) from a table and a polynomial for the rest (Tang, 1989,
 * doi:10.1145/63522.214389).
 */
final class FastExp {
  private static final int STEPS = 1024;
  private static final double STEPS_PER_E = STEPS / Math.log(2);

  /** ln 2 / 1024 in two parts, so that n times the first is exact. */
  private static final double STEP = Math.log(2) / STEPS;

  private static final double STEP_HIGH =
      Double.longBitsToDouble(Double.doubleToRawLongBits(STEP) & ~0x3FFFFFFL);

  /** ln 2 as a double lacks 2.319e-17. */
  private static final double STEP_LOW = STEP - STEP_HIGH + 2.3190468138462996e-17 / STEPS;

  /** Adding it leaves a rounded integer in the lowest bits: 1.5 * 2^52. */
  private static final double ROUNDER = 0x1.8p52;

  /** Below it the result is so small that no sum of ours would notice it. */
  private static final double LEAST = -700;

  private static final double[] POWERS = new double[STEPS];

  static {
    for (int i = 0; i < STEPS; i++) {
      POWERS[i] = Math.pow(2, (double) i / STEPS);
    }
  }

  private FastExp() {}

  /**
   * @param x at most 0; 0 comes out below -700
   */
  static double exp(double x) {
    if (x < LEAST) {
      return 0;
    }
    double shifted = x * STEPS_PER_E + ROUNDER;
    long n = Double.doubleToRawLongBits(shifted);
    double whole = shifted - ROUNDER;
    double r = x - whole * STEP_HIGH - whole * STEP_LOW;
    double rest = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24))));
    long power = Double.doubleToRawLongBits(POWERS[(int) n & STEPS - 1]);
    // The bits above the lowest ten count whole powers of two: they go to the exponent.
    return Double.longBitsToDouble(power + (n << 42 >> 52 << 52)) * rest;
  }
}
