package dev.javelin.backend.cpu.linear;

import dev.javelin.quant.PackedWeight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One row of a block format taken apart: codes, and per group a scale d and an offset m so that a
 * weight is {@code d * code + m}. Layouts follow the <a
 * href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml block definitions</a>.
 */
final class QuantizedRow {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final byte[] NONLINEAR = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  final byte[] codes;
  final float[] scales;
  final float[] offsets;

  QuantizedRow(int columns) {
    codes = new byte[columns];
    scales = new float[columns / 16];
    offsets = new float[columns / 16];
  }

  /**
   * @throws IllegalArgumentException if the format has no codes with scales
   */
  void read(PackedWeight weight, int row) {
    MemorySegment data = weight.data();
    long at = weight.rowOffset(row);
    int blockBytes = weight.format().blockBytes();
    int blocks = weight.columns() / weight.format().blockElements();
    for (int b = 0; b < blocks; b++, at += blockBytes) {
      switch (weight.format()) {
        case Q4_0 -> nibbles(data, at, b, 2, -8, false);
        case Q4_1 -> nibbles(data, at, b, 4, 0, false);
        case Q5_0 -> nibbles(data, at, b, 6, -16, true);
        case Q5_1 -> nibbles(data, at, b, 8, 0, true);
        case Q8_0 -> bytes(data, at, b);
        case IQ4_NL -> nonlinear(data, at, b);
        case Q4_K -> superBlock(data, at, b, false);
        case Q5_K -> superBlock(data, at, b, true);
        case Q6_K -> sixBits(data, at, b);
        // Only the formats above have panels of codes; the others never come here.
        default -> throw new IllegalArgumentException("no codes in " + weight.format());
      }
    }
  }

  private void nibbles(
      MemorySegment data, long at, int block, int codesAt, int zero, boolean high) {
    float d = half(data, at);
    scales[block] = d;
    offsets[block] = zero == 0 ? half(data, at + 2) : zero * d;
    int bits = high ? data.get(INT, at + codesAt - 4) : 0;
    int k = block * 32;
    for (int j = 0; j < 16; j++) {
      int packed = data.get(ValueLayout.JAVA_BYTE, at + codesAt + j) & 255;
      codes[k + j] = (byte) (packed & 15 | (bits >>> j & 1) << 4);
      codes[k + 16 + j] = (byte) (packed >>> 4 | (bits >>> (16 + j) & 1) << 4);
    }
  }

  private void bytes(MemorySegment data, long at, int block) {
    scales[block] = half(data, at);
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at + 2, codes, block * 32, 32);
  }

  private void nonlinear(MemorySegment data, long at, int block) {
    scales[block] = half(data, at);
    int k = block * 32;
    for (int j = 0; j < 16; j++) {
      int packed = data.get(ValueLayout.JAVA_BYTE, at + 2 + j) & 255;
      codes[k + j] = NONLINEAR[packed & 15];
      codes[k + 16 + j] = NONLINEAR[packed >>> 4];
    }
  }

  private void superBlock(MemorySegment data, long at, int block, boolean high) {
    float d = half(data, at);
    float min = half(data, at + 2);
    long packedScales = at + 4;
    long highBits = at + 16;
    long nibbles = high ? at + 48 : at + 16;
    for (int g = 0; g < 8; g++) {
      scales[block * 8 + g] = d * sixBitScale(data, packedScales, g, 0);
      offsets[block * 8 + g] = -(min * sixBitScale(data, packedScales, g, 4));
      int k = block * 256 + g * 32;
      for (int j = 0; j < 32; j++) {
        int packed = data.get(ValueLayout.JAVA_BYTE, nibbles + g / 2 * 32 + j) & 255;
        int code = (g & 1) == 0 ? packed & 15 : packed >>> 4;
        if (high) {
          code |= (data.get(ValueLayout.JAVA_BYTE, highBits + j) >>> g & 1) << 4;
        }
        codes[k + j] = (byte) code;
      }
    }
  }

  /** The g-th 6-bit scale ({@code shift} 0) or minimum (4) of the 12 packed bytes of a K block. */
  private static int sixBitScale(MemorySegment data, long at, int g, int shift) {
    int firstByte = shift == 0 ? 0 : 4;
    if (g < 4) {
      return data.get(ValueLayout.JAVA_BYTE, at + firstByte + g) & 63;
    }
    int low = data.get(ValueLayout.JAVA_BYTE, at + 4 + g) >>> shift & 15;
    int top = (data.get(ValueLayout.JAVA_BYTE, at + firstByte + g - 4) & 255) >>> 6;
    return low | top << 4;
  }

  private void sixBits(MemorySegment data, long at, int block) {
    float d = half(data, at + 208);
    for (int g = 0; g < 16; g++) {
      scales[block * 16 + g] = d * data.get(ValueLayout.JAVA_BYTE, at + 192 + g);
    }
    for (int j = 0; j < 256; j++) {
      int part = j >>> 7;
      int quarter = j >>> 5 & 3;
      int low =
          (data.get(ValueLayout.JAVA_BYTE, at + part * 64 + (quarter & 1) * 32 + (j & 31)) & 255)
              >>> (quarter >>> 1) * 4;
      int high =
          data.get(ValueLayout.JAVA_BYTE, at + 128 + part * 32 + (j & 31)) >>> quarter * 2 & 3;
      codes[block * 256 + j] = (byte) ((low & 15 | high << 4) - 32);
    }
  }

  private static float half(MemorySegment data, long at) {
    return Float.float16ToFloat(data.get(HALF, at));
  }
}
