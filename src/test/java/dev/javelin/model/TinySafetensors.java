package dev.javelin.model;

import dev.javelin.checkpoint.CheckpointException;
import dev.javelin.checkpoint.WeightSource;
import dev.javelin.quant.PackedWeight;
import dev.javelin.quant.WeightFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Just enough of safetensors for the golden models, trusting the file. */
record TinySafetensors(
    Path file, MemorySegment data, Map<String, Map<String, Object>> header, String prefix)
    implements WeightSource {

  static TinySafetensors open(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
    Map<String, Map<String, Object>> header =
        JsonMapper.shared()
            .readValue(
                new String(bytes, 8, length, StandardCharsets.UTF_8), new TypeReference<>() {});
    try (FileChannel channel = FileChannel.open(file)) {
      MemorySegment all =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes.length, Arena.ofAuto());
      return new TinySafetensors(file, all.asSlice(8 + length), header, "");
    }
  }

  @Override
  public WeightSource scope(String name) {
    return new TinySafetensors(file, data, header, prefix + name + ".");
  }

  @Override
  public boolean has(String name) {
    return header.containsKey(prefix + name);
  }

  @Override
  public PackedWeight get(String name) {
    Map<String, Object> entry = header.get(prefix + name);
    if (entry == null) {
      throw new CheckpointException(file, "tensor '" + prefix + name + "'", "not there");
    }
    List<?> shape = (List<?>) entry.get("shape");
    List<?> offsets = (List<?>) entry.get("data_offsets");
    int rows = shape.size() == 1 ? 1 : ((Number) shape.get(0)).intValue();
    int columns = ((Number) shape.getLast()).intValue();
    long from = ((Number) offsets.get(0)).longValue();
    WeightFormat format =
        WeightFormat.valueOf(String.valueOf(entry.get("dtype")).toUpperCase(Locale.ROOT));
    return new PackedWeight(
        prefix + name,
        format,
        rows,
        columns,
        data.asSlice(from, ((Number) offsets.get(1)).longValue() - from));
  }

  @Override
  public float[] floats(String name) {
    PackedWeight weight = get(name);
    float[] values = new float[weight.columns()];
    weight.decodeRow(0, values, 0);
    return values;
  }
}
