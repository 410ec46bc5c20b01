package dev.javelin.backend.cpu;

import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Weights of any tested format with random codes and sensible scales. */
public final class RandomWeights {
  private RandomWeights() {}

  public static PackedWeight of(WeightFormat format, int rows, int columns, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[Math.toIntExact(rows * format.bytes(columns))];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int step = format.blockBytes();
    for (int at = 0; at < bytes.length; at += step) {
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
        case Q6_K -> putHalf(buffer, at + 208, value * 0.01f);
        case Q4_0, Q5_0, Q8_0, IQ4_NL -> putHalf(buffer, at, value * 0.01f);
        default -> throw new IllegalArgumentException("no generator for " + format);
      }
    }
    return new PackedWeight("random", format, rows, columns, MemorySegment.ofArray(bytes));
  }

  private static void putHalf(ByteBuffer buffer, int at, float value) {
    buffer.putShort(at, Float.floatToFloat16(value));
  }
}
