package dev.javelin.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Just enough of a GGUF reader to give a trusted file's metadata to a test. */
final class GgufMetadata {
  private final ByteBuffer in;

  private GgufMetadata(ByteBuffer in) {
    this.in = in;
  }

  static Map<String, Object> read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return new GgufMetadata(mapped.order(ByteOrder.LITTLE_ENDIAN)).metadata();
    }
  }

  private Map<String, Object> metadata() {
    in.position(16);
    long count = in.getLong();
    Map<String, Object> metadata = new HashMap<>();
    for (long i = 0; i < count; i++) {
      String key = string();
      metadata.put(key, value(in.getInt()));
    }
    return metadata;
  }

  private String string() {
    byte[] bytes = new byte[Math.toIntExact(in.getLong())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Object value(int type) {
    return switch (type) {
      case 0, 1 -> (int) in.get();
      case 2, 3 -> (int) in.getShort();
      case 4, 5 -> in.getInt();
      case 6 -> in.getFloat();
      case 7 -> in.get() != 0;
      case 8 -> string();
      case 9 -> array();
      case 10, 11 -> in.getLong();
      case 12 -> in.getDouble();
      default -> throw new IllegalArgumentException("GGUF type " + type);
    };
  }

  private Object array() {
    int type = in.getInt();
    int length = Math.toIntExact(in.getLong());
    if (type == 5) {
      int[] ints = new int[length];
      for (int i = 0; i < length; i++) {
        ints[i] = in.getInt();
      }
      return ints;
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      list.add(value(type));
    }
    return list;
  }
}
