package dev.javelin.quant;

import static dev.javelin.quant.LittleEndian.f16;
import static dev.javelin.quant.LittleEndian.i8;
import static dev.javelin.quant.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/** K-quants: super-blocks of 256 elements whose sub-blocks have quantized scales. */
final class KQuantCodecs {
  private KQuantCodecs() {}

  static void q2_k(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at + 80);
    float dMin = f16(s, at + 82);
    for (int j = 0; j < 256; j++) {
      int scale = u8(s, at + j / 16);
      int q = u8(s, at + 16 + j / 128 * 32 + j % 32) >> (2 * (j % 128 / 32)) & 3;
      y[o + j] = d * (scale & 15) * q - dMin * (scale >> 4);
    }
  }

  static void q3_k(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at + 108);
    for (int j = 0; j < 256; j++) {
      int sub = j / 16;
      int low = u8(s, at + 96 + sub % 8) >> (4 * (sub / 8)) & 15;
      int high = u8(s, at + 104 + sub % 4) >> (2 * (sub / 4)) & 3;
      int scale = (low | high << 4) - 32;
      int q = u8(s, at + 32 + j / 128 * 32 + j % 32) >> (2 * (j % 128 / 32)) & 3;
      int highBit = u8(s, at + j % 32) >> (j / 32) & 1;
      y[o + j] = d * scale * (q - (highBit == 1 ? 0 : 4));
    }
  }

  static void q4_k(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    float dMin = f16(s, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      float scale = d * scale(s, at + 4, sub);
      float min = dMin * min(s, at + 4, sub);
      for (int j = 0; j < 32; j++) {
        int q = u8(s, at + 16 + sub / 2 * 32 + j) >> (4 * (sub % 2)) & 15;
        y[o + sub * 32 + j] = scale * q - min;
      }
    }
  }

  static void q5_k(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    float dMin = f16(s, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      float scale = d * scale(s, at + 4, sub);
      float min = dMin * min(s, at + 4, sub);
      for (int j = 0; j < 32; j++) {
        int q = u8(s, at + 48 + sub / 2 * 32 + j) >> (4 * (sub % 2)) & 15;
        int high = u8(s, at + 16 + j) >> sub & 1;
        y[o + sub * 32 + j] = scale * (q | high << 4) - min;
      }
    }
  }

  static void q6_k(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at + 208);
    for (int j = 0; j < 256; j++) {
      int half = j / 128;
      int quarter = j % 128 / 32;
      int low = u8(s, at + half * 64 + j % 64) >> (4 * (quarter / 2)) & 15;
      int high = u8(s, at + 128 + half * 32 + j % 32) >> (2 * quarter) & 3;
      y[o + j] = d * i8(s, at + 192 + j / 16) * ((low | high << 4) - 32);
    }
  }

  /** Six-bit scale of sub-block {@code sub} in the twelve bytes Q4_K and Q5_K share. */
  private static int scale(MemorySegment s, long at, int sub) {
    return sub < 4
        ? u8(s, at + sub) & 63
        : (u8(s, at + sub + 4) & 15) | u8(s, at + sub - 4) >> 6 << 4;
  }

  private static int min(MemorySegment s, long at, int sub) {
    return sub < 4
        ? u8(s, at + sub + 4) & 63
        : u8(s, at + sub + 4) >> 4 | u8(s, at + sub) >> 6 << 4;
  }
}
