package dev.javelin.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One file in the <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 * format, version 2 or 3, little-endian.
 *
 * @param metadata key-value pairs in file order. Integers up to 32 bits are Integer (unsigned 32:
 *     Long), 64-bit ones Long (BigInteger beyond 2^63), arrays are primitive arrays; strings and
 *     unsigned 64-bit numbers come as lists
 * @param tensors in file order
 */
record GgufFile(
    Path path,
    int version,
    long alignment,
    Map<String, Object> metadata,
    List<StoredTensor> tensors) {
  private static final int MAGIC = 0x46554747;
  private static final int SMALLEST_ENTRY = 8 + 4 + 1;
  private static final int SMALLEST_TENSOR_INFO = 8 + 4 + 8 + 4 + 8;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_NAME_BYTES = 63;

  /**
   * Maps and validates {@code path}.
   *
   * @param arena owns the mapping
   * @throws CheckpointException if anything in the file contradicts the format or itself
   */
  static GgufFile open(Path path, Arena arena) {
    MemorySegment bytes = MappedFile.map(path, arena);
    return parse(path, bytes);
  }

  static GgufFile parse(Path path, MemorySegment bytes) {
    GgufReader in = new GgufReader(path, bytes);
    if (in.u32("the magic") != MAGIC) {
      throw new CheckpointException(path, "offset 0", "is no GGUF file: wrong magic");
    }
    int version = version(in);
    long tensorCount = in.count("a tensor count", SMALLEST_TENSOR_INFO);
    long entryCount = in.count("a metadata count", SMALLEST_ENTRY);
    Map<String, Object> metadata = new LinkedHashMap<>();
    long alignment = 32;
    for (long i = 0; i < entryCount; i++) {
      String key = in.name("a metadata key");
      if (key.isEmpty()) {
        throw in.error("an empty metadata key");
      }
      long type = in.u32("the type of '" + key + "'");
      Object value = in.value(type, key);
      if (metadata.put(key, value) != null) {
        throw in.error("the metadata key '" + key + "' comes twice");
      }
      if (key.equals("general.alignment")) {
        alignment = alignment(in, type, value);
      }
    }
    List<TensorHeader> headers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < tensorCount; i++) {
      TensorHeader header = tensorHeader(path, in);
      if (!names.add(header.name)) {
        throw error(path, header.name, "comes twice");
      }
      headers.add(header);
    }
    return new GgufFile(
        path,
        version,
        alignment,
        Collections.unmodifiableMap(metadata),
        place(path, bytes, headers, in.position(), alignment));
  }

  private static int version(GgufReader in) {
    long version = in.u32("the version");
    if (version != 0 && (version & 0xffff) == 0) {
      throw in.error("is a big-endian GGUF file; only little-endian ones are supported");
    }
    if (version != 2 && version != 3) {
      throw in.error("GGUF version " + version + "; versions 2 and 3 are supported");
    }
    return (int) version;
  }

  private static long alignment(GgufReader in, long type, Object value) {
    if (type != 4 || !(value instanceof Long alignment) || Long.bitCount(alignment) != 1) {
      throw in.error(
          "general.alignment is %s; it must be a power of two as uint32".formatted(value));
    }
    return alignment;
  }

  private record TensorHeader(
      String name, StorageType type, long[] shape, long bytes, long offset) {}

  private static TensorHeader tensorHeader(Path path, GgufReader in) {
    String name = in.name("a tensor name");
    if (name.isEmpty()
        || name.indexOf('\0') >= 0
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      throw in.error("a tensor name must have 1 to 63 bytes and no NUL, got '" + name + "'");
    }
    long dimensions = in.u32("the dimensions of '" + name + "'");
    if (dimensions > MAX_DIMENSIONS) {
      throw error(path, name, dimensions + " dimensions; at most 4 are allowed");
    }
    long[] shape = new long[(int) dimensions];
    for (int i = 0; i < shape.length; i++) {
      long dim = in.i64("a dimension of '" + name + "'");
      if (dim <= 0) {
        throw error(path, name, "dimension %d is %d; it must be positive".formatted(i, dim));
      }
      shape[shape.length - 1 - i] = dim;
    }
    long id = in.u32("the type of '" + name + "'");
    StorageType type =
        StorageType.ofGgml(id)
            .orElseThrow(() -> error(path, name, "unknown or removed GGML type " + id));
    long offset = in.i64("the offset of '" + name + "'");
    try {
      return new TensorHeader(name, type, shape, type.bytes(shape), offset);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          path, "tensor '" + name + "'", String.valueOf(e.getMessage()), e);
    }
  }

  private static List<StoredTensor> place(
      Path path, MemorySegment bytes, List<TensorHeader> headers, long headerEnd, long alignment) {
    long dataStart = Math.ceilDiv(headerEnd, alignment) * alignment;
    long dataBytes = Math.max(0, bytes.byteSize() - dataStart);
    List<StoredTensor> tensors = new ArrayList<>();
    for (TensorHeader header : headers) {
      if (header.offset < 0
          || header.offset % alignment != 0
          || header.offset > dataBytes
          || header.bytes > dataBytes - header.offset) {
        throw error(
            path,
            header.name,
            "%d bytes at offset %s leave the %d bytes of data or are not aligned to %d"
                .formatted(
                    header.bytes, Long.toUnsignedString(header.offset), dataBytes, alignment));
      }
      long at = dataStart + header.offset;
      tensors.add(
          new StoredTensor(
              path,
              header.name,
              header.type,
              StoredTensor.shape(header.shape),
              at,
              bytes.asSlice(at, header.bytes)));
    }
    refuseOverlaps(path, headers);
    return List.copyOf(tensors);
  }

  private static void refuseOverlaps(Path path, List<TensorHeader> headers) {
    TensorHeader[] sorted = headers.toArray(TensorHeader[]::new);
    Arrays.sort(sorted, Comparator.comparingLong(TensorHeader::offset));
    @Nullable TensorHeader last = null;
    for (TensorHeader header : sorted) {
      if (last != null && header.offset < last.offset + last.bytes) {
        throw error(path, header.name, "overlaps tensor '" + last.name + "'");
      }
      last = header;
    }
  }

  private static CheckpointException error(Path path, String tensor, String reason) {
    return new CheckpointException(path, "tensor '" + tensor + "'", reason);
  }
}
