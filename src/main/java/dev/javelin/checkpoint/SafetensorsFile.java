package dev.javelin.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * One file in the <a
 * href="https://github.com/huggingface/safetensors/blob/main/README.md">safetensors</a> format.
 *
 * @param metadata the {@code __metadata__} map
 * @param tensors in the order of their bytes
 */
record SafetensorsFile(Path path, Map<String, String> metadata, List<StoredTensor> tensors) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The reference implementation's limit. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");

  /**
   * Maps and validates {@code path}.
   *
   * @param arena owns the mapping
   * @throws CheckpointException if anything in the file contradicts the format or itself
   */
  static SafetensorsFile open(Path path, Arena arena) {
    return parse(path, MappedFile.map(path, arena));
  }

  static SafetensorsFile parse(Path path, MemorySegment bytes) {
    byte[] header = header(path, bytes);
    MemorySegment data = bytes.asSlice(8 + header.length);
    JsonNode root = JsonFile.object(path, "header", header);
    Map<String, String> metadata = new LinkedHashMap<>();
    List<StoredTensor> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      String name = entry.getKey();
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
        throw new CheckpointException(path, "header", "a name has a lone surrogate");
      }
      if (name.equals("__metadata__")) {
        readMetadata(path, entry.getValue(), metadata);
      } else {
        tensors.add(tensor(path, name, entry.getValue(), data, 8L + header.length));
      }
    }
    tensors.sort(
        Comparator.comparingLong(StoredTensor::fileOffset)
            .thenComparingLong(tensor -> tensor.data().byteSize()));
    long end = 8L + header.length;
    for (StoredTensor tensor : tensors) {
      if (tensor.fileOffset() != end) {
        throw error(path, tensor.name(), "does not begin where the tensor before it ends");
      }
      end += tensor.data().byteSize();
    }
    if (end != bytes.byteSize()) {
      throw new CheckpointException(
          path, "offset " + end, (bytes.byteSize() - end) + " bytes follow the last tensor");
    }
    return new SafetensorsFile(path, metadata, List.copyOf(tensors));
  }

  private static byte[] header(Path path, MemorySegment bytes) {
    if (bytes.byteSize() < 8) {
      throw new CheckpointException(path, "offset 0", "the file has no header length");
    }
    long length = bytes.get(LONG, 0);
    if (length < 0 || length > MAX_HEADER_BYTES || length > bytes.byteSize() - 8) {
      throw new CheckpointException(
          path,
          "offset 0",
          "a header of %s bytes in a file of %d (at most %d are allowed)"
              .formatted(Long.toUnsignedString(length), bytes.byteSize(), MAX_HEADER_BYTES));
    }
    if (length == 0 || bytes.get(ValueLayout.JAVA_BYTE, 8) != '{') {
      throw new CheckpointException(path, "offset 8", "the header does not begin with '{'");
    }
    return bytes.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static void readMetadata(Path path, JsonNode node, Map<String, String> metadata) {
    if (!node.isObject()) {
      throw new CheckpointException(path, "header", "__metadata__ is no object");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isString()) {
        throw new CheckpointException(
            path, "header", "__metadata__ '" + entry.getKey() + "' is no string");
      }
      metadata.put(entry.getKey(), entry.getValue().stringValue());
    }
  }

  private static StoredTensor tensor(
      Path path, String name, JsonNode node, MemorySegment data, long dataStart) {
    if (!node.isObject()) {
      throw error(path, name, "its entry is no object");
    }
    for (String field : node.propertyNames()) {
      if (!FIELDS.contains(field)) {
        throw error(path, name, "unknown field '" + field + "'; known: dtype, shape, data_offsets");
      }
    }
    JsonNode dtype = node.path("dtype");
    if (!dtype.isString()) {
      throw error(path, name, "dtype is missing or no string");
    }
    StorageType type =
        StorageType.ofSafetensors(dtype.stringValue())
            .orElseThrow(() -> error(path, name, "unknown dtype '" + dtype.stringValue() + "'"));
    long[] shape = longs(path, name, "shape", node.path("shape"));
    long[] range = longs(path, name, "data_offsets", node.path("data_offsets"));
    if (range.length != 2 || range[0] < 0 || range[1] < range[0] || range[1] > data.byteSize()) {
      throw error(
          path,
          name,
          "data_offsets must be [begin, end] within the %d bytes of data"
              .formatted(data.byteSize()));
    }
    long needed;
    try {
      needed = type.bytes(shape);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          path, "tensor '" + name + "'", String.valueOf(e.getMessage()), e);
    }
    if (needed != range[1] - range[0]) {
      throw error(
          path,
          name,
          "its shape needs %d bytes, data_offsets cover %d".formatted(needed, range[1] - range[0]));
    }
    return new StoredTensor(
        path,
        name,
        type,
        StoredTensor.shape(shape),
        dataStart + range[0],
        data.asSlice(range[0], needed));
  }

  private static long[] longs(Path path, String name, String field, JsonNode node) {
    if (!node.isArray()) {
      throw error(path, name, field + " is missing or no list");
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode element = node.get(i);
      if (!element.isIntegralNumber() || !element.canConvertToLong()) {
        throw error(path, name, field + " holds what is no 64-bit integer");
      }
      values[i] = element.longValue();
    }
    return values;
  }

  private static CheckpointException error(Path path, String tensor, String reason) {
    return new CheckpointException(path, "tensor '" + tensor + "'", reason);
  }
}
