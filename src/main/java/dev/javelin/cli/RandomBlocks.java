package dev.javelin.cli;

import dev.javelin.quant.WeightFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Blocks of a weight format with random codes and scales that keep activations finite. */
final class RandomBlocks {
  private static final long SEED = 42;

  private RandomBlocks() {}

  /**
   * @return {@code count} blocks
   * @throws UsageException for a format that nothing here makes
   */
  static byte[] of(WeightFormat format, int count) {
    Random random = new Random(SEED);
    byte[] bytes = new byte[Math.multiplyExact(count, format.blockBytes())];
    random.nextBytes(bytes);
    ByteBuffer blocks = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length; at += format.blockBytes()) {
      float scale = 0.02f * (0.5f + random.nextFloat());
      switch (format) {
        case BF16 ->
            blocks.putShort(
                at, (short) (Float.floatToIntBits((float) random.nextGaussian() * 0.02f) >>> 16));
        case F16 ->
            blocks.putShort(at, Float.floatToFloat16((float) random.nextGaussian() * 0.02f));
        case Q8_0 -> half(blocks, at, scale / 64);
        case Q4_0 -> half(blocks, at, scale / 4);
        case Q4_1 -> {
          half(blocks, at, scale / 4);
          half(blocks, at + 2, -2 * scale);
        }
        case Q4_K, Q5_K -> {
          float step = format == WeightFormat.Q4_K ? scale / 128 : scale / 256;
          half(blocks, at, step);
          half(blocks, at + 2, 7.5f * scale / 128);
        }
        case Q6_K -> half(blocks, at + 208, scale / 1024);
        default ->
            throw new UsageException(
                "bench: no random weights in %s; take bf16, f16, q8_0, q4_0, q4_1, q4_k, q5_k or q6_k."
                    .formatted(format));
      }
    }
    return bytes;
  }

  private static void half(ByteBuffer blocks, int at, float value) {
    blocks.putShort(at, Float.floatToFloat16(value));
  }
}
