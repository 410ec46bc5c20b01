package dev.javelin.quant;

/** The upper half of a float32: its sign, its whole exponent, seven bits of its mantissa. */
public final class BFloat16 {
  private BFloat16() {}

  /** Nearest bfloat16, ties to even; a NaN stays one. */
  public static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  public static float widen(short value) {
    return Float.intBitsToFloat(value << 16);
  }
}
