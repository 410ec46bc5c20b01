package dev.javelin.quant;

import static dev.javelin.quant.LittleEndian.f16;
import static dev.javelin.quant.LittleEndian.u16;
import static dev.javelin.quant.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/** Four-bit codes into a table of sixteen values. */
final class LookupCodecs {
  private static final byte[] NON_LINEAR = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /** E2M1 times two, so that the entries are integers; the scales are halved in return. */
  private static final byte[] E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private LookupCodecs() {}

  static void iq4_nl(MemorySegment s, long at, float[] y, int o) {
    nibbles(s, at + 2, 16, NON_LINEAR, f16(s, at), y, o);
  }

  static void iq4_xs(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    int high = u16(s, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      int low = u8(s, at + 4 + sub / 2) >> (4 * (sub % 2)) & 15;
      int scale = (low | (high >> (2 * sub) & 3) << 4) - 32;
      nibbles(s, at + 8 + sub * 16, 16, NON_LINEAR, d * scale, y, o + sub * 32);
    }
  }

  /** <a href="https://arxiv.org/abs/2310.10537">Microscaling</a>: one power-of-two scale. */
  static void mxfp4(MemorySegment s, long at, float[] y, int o) {
    nibbles(s, at + 1, 16, E2M1, Math.scalb(1f, u8(s, at) - 128), y, o);
  }

  /** Four sub-blocks of 16, each with an unsigned E4M3 scale. */
  static void nvfp4(MemorySegment s, long at, float[] y, int o) {
    for (int sub = 0; sub < 4; sub++) {
      nibbles(s, at + 4 + sub * 8, 8, E2M1, halfE4M3(u8(s, at + sub)), y, o + sub * 16);
    }
  }

  private static float halfE4M3(int code) {
    int exponent = code >> 3 & 15;
    int mantissa = code & 7;
    if ((code & 127) == 127) {
      return 0;
    }
    return exponent == 0
        ? Math.scalb((float) mantissa, -10)
        : Math.scalb((float) (8 + mantissa), exponent - 11);
  }

  private static void nibbles(
      MemorySegment s, long at, int bytes, byte[] values, float d, float[] y, int o) {
    for (int j = 0; j < bytes; j++) {
      int q = u8(s, at + j);
      y[o + j] = d * values[q & 15];
      y[o + j + bytes] = d * values[q >> 4];
    }
  }
}
