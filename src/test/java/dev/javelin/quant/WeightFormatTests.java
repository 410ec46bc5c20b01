package dev.javelin.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.Shared;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WeightFormatTests {
  @Test
  void everyGgmlTypeDecodesBitForBit() throws IOException {
    Path folder = Shared.require("goldens/gguf_types");
    JsonNode index = JsonMapper.shared().readTree(Files.readString(folder.resolve("index.json")));
    assertThat(index.size()).isEqualTo(27);
    List<String> wrong = new ArrayList<>();
    for (JsonNode entry : index) {
      WeightFormat format = WeightFormat.valueOf(entry.get("type").asString());
      assertThat(format.ggmlType()).isEqualTo(entry.get("ggml_type_id").asInt());
      assertThat(WeightFormat.ofGgmlType(format.ggmlType())).contains(format);
      assertThat(format.blockElements()).isEqualTo(entry.get("block_elements").asInt());
      assertThat(format.blockBytes()).isEqualTo(entry.get("block_bytes").asInt());
      byte[] packed = Files.readAllBytes(folder.resolve(format + ".bin"));
      float[] expected = new float[entry.get("elements").asInt()];
      ByteBuffer.wrap(Files.readAllBytes(folder.resolve(format + ".f32")))
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(expected);
      assertThat(format.bytes(expected.length)).isEqualTo(packed.length);
      float[] decoded = new float[expected.length];
      format.codec().decode(MemorySegment.ofArray(packed), 0, decoded, 0, decoded.length);
      int bad = 0;
      int first = -1;
      for (int i = 0; i < expected.length; i++) {
        if (Float.floatToRawIntBits(decoded[i]) != Float.floatToRawIntBits(expected[i])) {
          first = bad++ == 0 ? i : first;
        }
      }
      if (bad > 0) {
        wrong.add(
            "%s: %d elements differ, first %d: %s, expected %s"
                .formatted(format, bad, first, decoded[first], expected[first]));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void plainFloatsDecode() {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(1.5f).putFloat(-0f).putDouble(-2.25);
    MemorySegment source = MemorySegment.ofArray(bytes.array());
    float[] target = new float[4];
    WeightFormat.F32.codec().decode(source, 0, target, 1, 2);
    WeightFormat.F64.codec().decode(source, 8, target, 3, 1);
    assertThat(target).containsExactly(0f, 1.5f, -0f, -2.25f);
  }

  @Test
  void everyFormatRefusesReadingPastItsSource() {
    for (WeightFormat format : WeightFormat.values()) {
      MemorySegment source = MemorySegment.ofArray(new byte[format.blockBytes() - 1]);
      float[] target = new float[format.blockElements()];
      assertThatThrownBy(() -> format.codec().decode(source, 0, target, 0, target.length))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void partOfABlockIsRefused() {
    assertThatThrownBy(() -> WeightFormat.Q4_K.bytes(255))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
    float[] target = new float[31];
    MemorySegment source = MemorySegment.ofArray(new byte[34]);
    assertThatThrownBy(() -> WeightFormat.Q8_0.codec().decode(source, 0, target, 0, 31))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
