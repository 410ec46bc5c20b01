package dev.javelin.backend.cpu.simd;

/**
 * The error function in double precision: its Taylor series near zero and, beyond, the continued
 * fraction of its complement (Abramowitz and Stegun, 1964, 7.1.5 and 7.1.14).
 */
final class Erf {
  private static final double SERIES_LIMIT = 2.5;

  private Erf() {}

  static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    if (a < SERIES_LIMIT) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return 2 / Math.sqrt(Math.PI) * sum;
    }
    double fraction = a;
    for (int n = 60; n >= 1; n--) {
      fraction = a + n / 2.0 / fraction;
    }
    double complement = Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI));
    return Math.copySign(1 - complement, x);
  }
}
