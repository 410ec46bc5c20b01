package dev.javelin.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads of unaligned little-endian numbers. */
final class LittleEndian {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LittleEndian() {}

  static int i8(MemorySegment s, long at) {
    return s.get(ValueLayout.JAVA_BYTE, at);
  }

  static int u8(MemorySegment s, long at) {
    return s.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }

  static int u16(MemorySegment s, long at) {
    return s.get(SHORT, at) & 0xffff;
  }

  static int i32(MemorySegment s, long at) {
    return s.get(INT, at);
  }

  static long i64(MemorySegment s, long at) {
    return s.get(LONG, at);
  }

  static float f16(MemorySegment s, long at) {
    return Float.float16ToFloat(s.get(SHORT, at));
  }
}
