package dev.javelin.quant;

import static dev.javelin.quant.LittleEndian.f16;
import static dev.javelin.quant.LittleEndian.i32;
import static dev.javelin.quant.LittleEndian.u16;
import static dev.javelin.quant.LittleEndian.u8;

import java.lang.foreign.MemorySegment;

/** IQ formats: indices into a {@link Grid}, with signs or a shift beside them. */
final class GridCodecs {
  private static final Grid IQ1 = Grid.load("IQ1_S", 8, -1, 0, 1);
  private static final Grid IQ2_XXS = Grid.load("IQ2_XXS", 8, 8, 25, 43);
  private static final Grid IQ2_XS = Grid.load("IQ2_XS", 8, 8, 25, 43);
  private static final Grid IQ2_S = Grid.load("IQ2_S", 8, 8, 25, 43);
  private static final Grid IQ3_XXS = Grid.load("IQ3_XXS", 4, 4, 12, 20, 28, 36, 44, 52, 62);
  private static final Grid IQ3_S = Grid.load("IQ3_S", 4, 1, 3, 5, 7, 9, 11, 13, 15);
  private static final float IQ1_SHIFT = 0.125f;

  private GridCodecs() {}

  static void iq1_s(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int sub = 0; sub < 8; sub++) {
      int high = u16(s, at + 34 + 2 * sub);
      float scale = d * (2 * (high >> 12 & 7) + 1);
      float shift = (high & 0x8000) != 0 ? -IQ1_SHIFT : IQ1_SHIFT;
      for (int group = 0; group < 4; group++) {
        int entry = u8(s, at + 2 + sub * 4 + group) | (high >> (3 * group) & 7) << 8;
        shifted(entry, scale, shift, y, o + sub * 32 + group * 8);
      }
    }
  }

  /** The half-precision scale is spread over the top four bits of the four scale words. */
  static void iq1_m(MemorySegment s, long at, float[] y, int o) {
    int bits = 0;
    for (int i = 0; i < 4; i++) {
      bits |= u16(s, at + 48 + 2 * i) >> 12 << (4 * i);
    }
    float d = Float.float16ToFloat((short) bits);
    for (int group = 0; group < 32; group++) {
      int sixteenth = group / 2;
      int scaleBits = u16(s, at + 48 + 2 * (sixteenth / 4)) >> (3 * (sixteenth % 4)) & 7;
      int high = u8(s, at + 32 + group / 2) >> (4 * (group % 2)) & 15;
      float shift = (high & 8) != 0 ? -IQ1_SHIFT : IQ1_SHIFT;
      int entry = u8(s, at + group) | (high & 7) << 8;
      shifted(entry, d * (2 * scaleBits + 1), shift, y, o + group * 8);
    }
  }

  static void iq2_xxs(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int sub = 0; sub < 8; sub++) {
      int signsAndScale = i32(s, at + 2 + sub * 8 + 4);
      float scale = d * (0.5f + (signsAndScale >>> 28)) * 0.25f;
      for (int group = 0; group < 4; group++) {
        int entry = u8(s, at + 2 + sub * 8 + group);
        int signs = evenSigns(signsAndScale >>> (7 * group) & 127);
        signed(IQ2_XXS, entry, signs, scale, y, o + sub * 32 + group * 8);
      }
    }
  }

  static void iq2_xs(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int group = 0; group < 32; group++) {
      int word = u16(s, at + 2 + 2 * group);
      float scale = d * (0.5f + nibble(s, at + 66, group / 2)) * 0.25f;
      signed(IQ2_XS, word & 511, evenSigns(word >> 9), scale, y, o + group * 8);
    }
  }

  static void iq2_s(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int group = 0; group < 32; group++) {
      int high = u8(s, at + 66 + group / 4) >> (2 * (group % 4)) & 3;
      int entry = u8(s, at + 2 + group) | high << 8;
      float scale = d * (0.5f + nibble(s, at + 74, group / 2)) * 0.25f;
      signed(IQ2_S, entry, u8(s, at + 34 + group), scale, y, o + group * 8);
    }
  }

  static void iq3_xxs(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int sub = 0; sub < 8; sub++) {
      int signsAndScale = i32(s, at + 66 + sub * 4);
      float scale = d * (0.5f + (signsAndScale >>> 28)) * 0.5f;
      for (int group = 0; group < 4; group++) {
        int signs = evenSigns(signsAndScale >>> (7 * group) & 127);
        long entries = at + 2 + sub * 8 + group * 2;
        int to = o + sub * 32 + group * 8;
        signed(IQ3_XXS, u8(s, entries), signs, scale, y, to);
        signed(IQ3_XXS, u8(s, entries + 1), signs >> 4, scale, y, to + 4);
      }
    }
  }

  static void iq3_s(MemorySegment s, long at, float[] y, int o) {
    float d = f16(s, at);
    for (int quad = 0; quad < 64; quad++) {
      float scale = d * (1 + 2 * nibble(s, at + 106, quad / 8));
      int high = u8(s, at + 66 + quad / 8) >> (quad % 8) & 1;
      int entry = u8(s, at + 2 + quad) | high << 8;
      int signs = u8(s, at + 74 + quad / 2) >> (4 * (quad % 2));
      signed(IQ3_S, entry, signs, scale, y, o + quad * 4);
    }
  }

  private static int nibble(MemorySegment s, long at, int index) {
    return u8(s, at + index / 2) >> (4 * (index % 2)) & 15;
  }

  /** Seven stored signs; the eighth makes the number of negative ones even. */
  private static int evenSigns(int seven) {
    return seven | (Integer.bitCount(seven) & 1) << 7;
  }

  private static void signed(Grid grid, int entry, int signs, float scale, float[] y, int o) {
    for (int j = 0; j < grid.width(); j++) {
      float value = scale * grid.value(entry, j);
      y[o + j] = (signs >> j & 1) == 1 ? -value : value;
    }
  }

  private static void shifted(int entry, float scale, float shift, float[] y, int o) {
    for (int j = 0; j < 8; j++) {
      y[o + j] = scale * (IQ1.value(entry, j) + shift);
    }
  }
}
