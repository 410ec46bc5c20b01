package dev.javelin.quant;

import static dev.javelin.quant.LittleEndian.i32;
import static dev.javelin.quant.LittleEndian.i64;
import static dev.javelin.quant.LittleEndian.i8;
import static dev.javelin.quant.LittleEndian.u16;
import static dev.javelin.quant.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/** Plain floats, and blocks of integers that share one scale and perhaps a minimum. */
final class SimpleCodecs {
  private SimpleCodecs() {}

  static void f32(MemorySegment s, long at, float[] y, int o) {
    y[o] = Float.intBitsToFloat(i32(s, at));
  }

  static void f16(MemorySegment s, long at, float[] y, int o) {
    y[o] = LittleEndian.f16(s, at);
  }

  static void bf16(MemorySegment s, long at, float[] y, int o) {
    y[o] = Float.intBitsToFloat(u16(s, at) << 16);
  }

  static void f64(MemorySegment s, long at, float[] y, int o) {
    y[o] = (float) Double.longBitsToDouble(i64(s, at));
  }

  /** 128 signs. */
  static void q1_0(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    for (int j = 0; j < 128; j++) {
      int bit = u8(s, at + 2 + j / 8) >> (j % 8) & 1;
      y[o + j] = bit == 1 ? d : -d;
    }
  }

  static void q2_0(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    for (int j = 0; j < 64; j++) {
      int q = u8(s, at + 2 + j / 4) >> (2 * (j % 4)) & 3;
      y[o + j] = (q - 1) * d;
    }
  }

  /** 16 bytes: low nibbles are the first half of the block, high nibbles the second. */
  static void q4_0(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    for (int j = 0; j < 16; j++) {
      int q = u8(s, at + 2 + j);
      y[o + j] = ((q & 15) - 8) * d;
      y[o + j + 16] = ((q >> 4) - 8) * d;
    }
  }

  static void q4_1(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    float m = LittleEndian.f16(s, at + 2);
    for (int j = 0; j < 16; j++) {
      int q = u8(s, at + 4 + j);
      y[o + j] = (q & 15) * d + m;
      y[o + j + 16] = (q >> 4) * d + m;
    }
  }

  /** As Q4_0 with the fifth bits of all 32 elements in one 32-bit word. */
  static void q5_0(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    int high = i32(s, at + 2);
    for (int j = 0; j < 16; j++) {
      int q = u8(s, at + 6 + j);
      y[o + j] = (((q & 15) | (high >>> j & 1) << 4) - 16) * d;
      y[o + j + 16] = ((q >> 4 | (high >>> (j + 16) & 1) << 4) - 16) * d;
    }
  }

  static void q5_1(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    float m = LittleEndian.f16(s, at + 2);
    int high = i32(s, at + 4);
    for (int j = 0; j < 16; j++) {
      int q = u8(s, at + 8 + j);
      y[o + j] = ((q & 15) | (high >>> j & 1) << 4) * d + m;
      y[o + j + 16] = (q >> 4 | (high >>> (j + 16) & 1) << 4) * d + m;
    }
  }

  static void q8_0(MemorySegment s, long at, float[] y, int o) {
    float d = LittleEndian.f16(s, at);
    for (int j = 0; j < 32; j++) {
      y[o + j] = i8(s, at + 2 + j) * d;
    }
  }
}
