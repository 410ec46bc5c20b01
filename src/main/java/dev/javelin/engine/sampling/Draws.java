package dev.javelin.engine.sampling;

/**
 * A sequence's random numbers: each depends on the seed and on its place alone, so that nothing
 * that happens between two tokens can move them (SplitMix64: Steele, Lea and Flood, 2014,
 * doi:10.1145/2660193.2660195).
 */
record Draws(long seed) {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long EXCLUDE = 0x5851F42D4C957F2DL;

  /** In [0, 1): chooses the answer's token number {@code index}. */
  double token(int index) {
    return uniform(seed + (index + 1L) * GAMMA);
  }

  /** In [0, 1): whether the top choices are excluded at token number {@code index}. */
  double exclusion(int index) {
    return uniform((seed ^ EXCLUDE) + (index + 1L) * GAMMA);
  }

  private static double uniform(long state) {
    long z = (state ^ state >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
  }
}
