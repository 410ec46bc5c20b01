package dev.javelin.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A cursor over the header of a GGUF file. Every length is checked against the bytes that are left
 * before anything is allocated.
 */
final class GgufReader {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final MemorySegment bytes;
  private long position;

  GgufReader(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  long position() {
    return position;
  }

  CheckpointException error(String reason) {
    return new CheckpointException(file, "offset " + position, reason);
  }

  /** An unsigned 32-bit number. */
  long u32(String what) {
    return Integer.toUnsignedLong(bytes.get(INT, advance(4, what)));
  }

  /** 64 bits as they are: a count beyond 2^63 comes out negative. */
  long i64(String what) {
    return bytes.get(LONG, advance(8, what));
  }

  /** A count of things that take at least {@code minimumBytes} each. */
  long count(String what, long minimumBytes) {
    long start = position;
    long count = i64(what);
    if (count < 0 || count > (bytes.byteSize() - position) / minimumBytes) {
      position = start;
      throw error(
          "%s of %s, but only %d bytes follow"
              .formatted(what, Long.toUnsignedString(count), bytes.byteSize() - start - 8));
    }
    return count;
  }

  /** A string that must be UTF-8: a key or a name. */
  String name(String what) {
    long start = position;
    byte[] raw = rawString(what);
    try {
      return MappedFile.utf8(raw);
    } catch (CharacterCodingException e) {
      position = start;
      throw error(what + " is not UTF-8");
    }
  }

  /** A metadata value of type {@code type}; arrays of numbers become primitive arrays. */
  Object value(long type, String key) {
    return type == 9 ? array(key) : scalar(type, key);
  }

  private Object scalar(long type, String key) {
    return switch ((int) type) {
      case 0 -> bytes.get(ValueLayout.JAVA_BYTE, advance(1, key)) & 0xff;
      case 1 -> (int) bytes.get(ValueLayout.JAVA_BYTE, advance(1, key));
      case 2 -> bytes.get(SHORT, advance(2, key)) & 0xffff;
      case 3 -> (int) bytes.get(SHORT, advance(2, key));
      case 4 -> u32(key);
      case 5 -> bytes.get(INT, advance(4, key));
      case 6 -> Float.intBitsToFloat(bytes.get(INT, advance(4, key)));
      case 7 -> bool(key);
      case 8 -> new String(rawString(key), StandardCharsets.UTF_8);
      case 10 -> unsigned(i64(key));
      case 11 -> i64(key);
      case 12 -> Double.longBitsToDouble(i64(key));
      default ->
          throw error("'%s' has the unknown value type %d (known: 0 to 12)".formatted(key, type));
    };
  }

  private Object array(String key) {
    long type = u32(key);
    int elementBytes =
        switch ((int) type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 8, 10, 11, 12 -> 8;
          case 9 -> throw error("'" + key + "' is an array of arrays, which is not supported");
          default -> throw error("'%s' is an array of the unknown type %d".formatted(key, type));
        };
    long count = count("'" + key + "': an array", elementBytes);
    if (count > Integer.MAX_VALUE - 8) {
      throw error("'%s' has %d elements; more than 2^31 are not supported".formatted(key, count));
    }
    int n = (int) count;
    return switch ((int) type) {
      case 4, 11 -> longs(type, key, n);
      case 6 -> floats(key, n);
      case 7 -> booleans(key, n);
      case 8, 10 -> list(type, key, n);
      case 12 -> doubles(key, n);
      default -> ints(type, key, n);
    };
  }

  private int[] ints(long type, String key, int n) {
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = (Integer) scalar(type, key);
    }
    return values;
  }

  private long[] longs(long type, String key, int n) {
    long[] values = new long[n];
    for (int i = 0; i < n; i++) {
      values[i] = (Long) scalar(type, key);
    }
    return values;
  }

  private float[] floats(String key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = Float.intBitsToFloat((int) u32(key));
    }
    return values;
  }

  private double[] doubles(String key, int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = Double.longBitsToDouble(i64(key));
    }
    return values;
  }

  private boolean[] booleans(String key, int n) {
    boolean[] values = new boolean[n];
    for (int i = 0; i < n; i++) {
      values[i] = bool(key);
    }
    return values;
  }

  private List<Object> list(long type, String key, int n) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      values.add(scalar(type, key));
    }
    return List.copyOf(values);
  }

  private boolean bool(String key) {
    int value = bytes.get(ValueLayout.JAVA_BYTE, advance(1, key));
    if (value != 0 && value != 1) {
      throw error("'%s' is a bool of %d; only 0 and 1 are allowed".formatted(key, value));
    }
    return value == 1;
  }

  private static Number unsigned(long bits) {
    if (bits >= 0) {
      return bits;
    }
    return new BigInteger(Long.toUnsignedString(bits));
  }

  private byte[] rawString(String what) {
    long length = count("the length of " + what, 1);
    if (length > Integer.MAX_VALUE - 8) {
      throw error("the length of " + what + " is " + length + "; 2 GiB are not supported");
    }
    byte[] raw = new byte[(int) length];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, advance(length, what), raw, 0, raw.length);
    return raw;
  }

  private long advance(long count, String what) {
    if (count > bytes.byteSize() - position) {
      throw error("the file ends inside " + what);
    }
    long at = position;
    position += count;
    return at;
  }
}
