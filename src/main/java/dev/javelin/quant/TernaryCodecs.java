package dev.javelin.quant;

import static dev.javelin.quant.LittleEndian.f16;
import static dev.javelin.quant.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/** Elements of -1, 0 and 1 times one scale. */
final class TernaryCodecs {
  private static final int[] POWERS_OF_3 = {1, 3, 9, 27, 81};

  private TernaryCodecs() {}

  /** Five elements a byte in 32 and then 16 bytes, four a byte in the last four. */
  static void tq1_0(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at + 52);
    trits(s, at, 32, 5, d, y, o);
    trits(s, at + 32, 16, 5, d, y, o + 160);
    trits(s, at + 48, 4, 4, d, y, o + 240);
  }

  static void tq2_0(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at + 64);
    for (int j = 0; j < 256; j++) {
      int q = u8(s, at + j / 128 * 32 + j % 32) >> (2 * (j % 128 / 32)) & 3;
      y[o + j] = (q - 1) * d;
    }
  }

  /** A byte is a fraction in base 3 scaled to 256: multiplying shifts the next digit out. */
  private static void trits(
      MemorySegment s, long at, int bytes, int digits, float d, float[] y, int o) {
    for (int n = 0; n < digits; n++) {
      for (int j = 0; j < bytes; j++) {
        int rest = (u8(s, at + j) * POWERS_OF_3[n]) & 255;
        y[o + n * bytes + j] = ((rest * 3 >> 8) - 1) * d;
      }
    }
  }
}
