package dev.javelin.backend;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Packed weights of any format with values of the size that real ones have. */
public final class RandomWeights {
  private static final float LARGEST = 4f;

  private RandomWeights() {}

  /** Values within ±4, mostly much smaller; the same for the same seed. */
  public static PackedWeight of(WeightFormat format, int rows, int columns, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[Math.toIntExact(format.bytes((long) rows * columns))];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    MemorySegment data = MemorySegment.ofArray(bytes);
    float[] decoded = new float[format.blockElements()];
    byte[] block = new byte[format.blockBytes()];
    for (int at = 0; at < bytes.length; at += block.length) {
      do {
        random.nextBytes(block);
        System.arraycopy(block, 0, bytes, at, block.length);
        writeScales(format, buffer, at, random);
        format.codec().decode(data, at, decoded, 0, decoded.length);
      } while (!allSmall(decoded));
    }
    return new PackedWeight("random " + format, format, rows, columns, data);
  }

  /** Formats whose random bits would seldom make a usable block get scales; the rest keep bits. */
  private static void writeScales(WeightFormat format, ByteBuffer buffer, int at, Random random) {
    float value = (float) random.nextGaussian();
    switch (format) {
      case F32 -> buffer.putFloat(at, value);
      case F64 -> buffer.putDouble(at, value);
      case BF16 -> buffer.putShort(at, (short) (Float.floatToIntBits(value) >>> 16));
      case F16 -> putHalf(buffer, at, value);
      case Q4_1, Q5_1, Q4_K, Q5_K -> {
        putHalf(buffer, at, value * 0.01f);
        putHalf(buffer, at + 2, (float) random.nextGaussian() * 0.05f);
      }
      case Q2_K -> {
        putHalf(buffer, at + 80, value * 0.01f);
        putHalf(buffer, at + 82, (float) random.nextGaussian() * 0.05f);
      }
      case Q3_K -> putHalf(buffer, at + 108, value * 0.01f);
      case Q6_K -> putHalf(buffer, at + 208, value * 0.01f);
      case Q4_0, Q5_0, Q8_0, IQ4_NL, Q1_0, Q2_0, IQ4_XS -> putHalf(buffer, at, value * 0.01f);
      case IQ1_S, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S -> putHalf(buffer, at, value * 0.01f);
      case TQ1_0 -> putHalf(buffer, at + 52, value * 0.1f);
      case TQ2_0 -> putHalf(buffer, at + 64, value * 0.1f);
      // Its scale is a power of two: 2^-8 to 2^-1.
      case MXFP4 -> buffer.put(at, (byte) (119 + random.nextInt(7)));
      case NVFP4 -> {
        for (int i = 0; i < 4; i++) {
          buffer.put(at + i, (byte) (16 + random.nextInt(16)));
        }
      }
      // Four bits of its scale stand on top of each 16-bit word of scales.
      case IQ1_M -> {
        short scale = Float.floatToFloat16(value * 0.01f);
        for (int i = 0; i < 4; i++) {
          int word = buffer.getShort(at + 48 + 2 * i) & 0x0fff;
          buffer.putShort(at + 48 + 2 * i, (short) (word | ((scale >>> (4 * i)) & 0xf) << 12));
        }
      }
    }
  }

  private static boolean allSmall(float[] values) {
    for (float value : values) {
      if (!(Math.abs(value) <= LARGEST)) {
        return false;
      }
    }
    return true;
  }

  private static void putHalf(ByteBuffer buffer, int at, float value) {
    buffer.putShort(at, Float.floatToFloat16(value));
  }
}
