package dev.javelin.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes small GGUF v3 files of float32 tensors. */
final class GgufWriter {
  private record Entry(int[] shape, float[] values) {}

  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, Entry> tensors = new LinkedHashMap<>();

  /** A String, Integer (uint32) or Float. */
  GgufWriter meta(String key, Object value) {
    metadata.put(key, value);
    return this;
  }

  /**
   * @param shape outermost first
   */
  GgufWriter tensor(String name, float[] values, int... shape) {
    tensors.put(name, new Entry(shape, values));
    return this;
  }

  Path write(Path file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    number(out, 4, 0x46554747);
    number(out, 4, 3);
    number(out, 8, tensors.size());
    number(out, 8, metadata.size());
    metadata.forEach(
        (key, value) -> {
          string(out, key);
          switch (value) {
            case String text -> {
              number(out, 4, 8);
              string(out, text);
            }
            case Integer number -> {
              number(out, 4, 4);
              number(out, 4, number);
            }
            case Float number -> {
              number(out, 4, 6);
              number(out, 4, Float.floatToRawIntBits(number));
            }
            default -> throw new IllegalArgumentException(key);
          }
        });
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, tensor) -> {
          string(out, name);
          number(out, 4, tensor.shape.length);
          for (int i = tensor.shape.length - 1; i >= 0; i--) {
            number(out, 8, tensor.shape[i]);
          }
          number(out, 4, 0);
          number(out, 8, data.size());
          for (float value : tensor.values) {
            number(data, 4, Float.floatToRawIntBits(value));
          }
          pad(data);
        });
    pad(out);
    data.writeTo(out);
    return Files.write(file, out.toByteArray());
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % 32 != 0) {
      out.write(0);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(out, 8, bytes.length);
    out.writeBytes(bytes);
  }

  private static void number(ByteArrayOutputStream out, int width, long value) {
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.write(bytes, 0, width);
  }
}
