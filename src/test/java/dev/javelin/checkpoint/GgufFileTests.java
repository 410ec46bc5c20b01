package dev.javelin.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.Shared;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GgufFileTests {
  /** Harmless irregularities that the format's text leaves open. */
  private static final Set<String> ACCEPTED =
      Set.of("gap.gguf", "out_of_order.gguf", "zeros.gguf", "string_not_utf8.gguf");

  @Test
  void everyValidFileGivesItsMetadataAndTensors() throws IOException {
    Path folder = Shared.require("goldens/gguf_files");
    int read = 0;
    for (JsonNode entry : golden(folder.resolve("valid.json"))) {
      Path file = folder.resolve("valid").resolve(entry.get("file").asString());
      try (Arena arena = Arena.ofConfined()) {
        if (entry.get("expected").asString().startsWith("reject")) {
          assertThatThrownBy(() -> GgufFile.open(file, arena))
              .isInstanceOf(CheckpointException.class)
              .hasMessageContaining("big-endian");
          continue;
        }
        GgufFile gguf = GgufFile.open(file, arena);
        assertThat(gguf.version()).isEqualTo(entry.get("version").asInt());
        assertThat(gguf.alignment()).isEqualTo(entry.get("alignment").asLong());
        assertThat(gguf.metadata().keySet()).isEqualTo(entry.get("metadata").propertyNames());
        for (Map.Entry<String, JsonNode> pair : entry.get("metadata").properties()) {
          assertSame(file + " " + pair.getKey(), gguf.metadata().get(pair.getKey()), pair);
        }
        assertTensors(gguf.tensors(), entry.get("tensors"));
        read++;
      }
    }
    assertThat(read).isEqualTo(15);
  }

  @Test
  void everyMalformedFileIsRefusedByName() throws IOException {
    Path folder = Shared.require("goldens/gguf_files");
    JsonNode entries = golden(folder.resolve("malformed.json"));
    assertThat(entries.size()).isEqualTo(71);
    List<String> wrong = new ArrayList<>();
    for (JsonNode entry : entries) {
      String name = entry.get("file").asString();
      try (Arena arena = Arena.ofConfined()) {
        GgufFile.open(folder.resolve("malformed").resolve(name), arena);
        if (!ACCEPTED.contains(name)) {
          wrong.add(name + " was accepted");
        }
      } catch (CheckpointException e) {
        if (ACCEPTED.contains(name) || !String.valueOf(e.getMessage()).contains(name)) {
          wrong.add(name + ": " + e.getMessage());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void acceptedOdditiesAreAllowedByTheGoldens() throws IOException {
    for (JsonNode entry : golden(Shared.require("goldens/gguf_files/malformed.json"))) {
      if (ACCEPTED.contains(entry.get("file").asString())) {
        assertThat(entry.get("expected").asString()).contains("accept");
      }
    }
  }

  @Test
  void everyTypeOfTensorIsMapped() throws IOException {
    Path folder = Shared.require("goldens/gguf_types");
    Set<String> types = new HashSet<>();
    try (Arena arena = Arena.ofConfined()) {
      for (StoredTensor tensor : GgufFile.open(folder.resolve("all_types.gguf"), arena).tensors()) {
        String type = tensor.type().name();
        types.add(type);
        Path blocks = folder.resolve(type + ".bin");
        if (Files.exists(blocks)) {
          assertThat(tensor.shape()).containsExactly(16L, 256L);
          assertThat(tensor.data().mismatch(MemorySegment.ofArray(Files.readAllBytes(blocks))))
              .as(type)
              .isEqualTo(-1);
        }
      }
    }
    assertThat(types).hasSize(32).contains("F32", "F64", "I8", "I16", "I32", "I64", "IQ1_M");
  }

  static JsonNode golden(Path file) throws IOException {
    return JsonMapper.shared().readTree(Files.readString(file));
  }

  static void assertTensors(List<StoredTensor> tensors, JsonNode expected) {
    assertThat(tensors).hasSize(expected.size());
    for (int i = 0; i < tensors.size(); i++) {
      JsonNode golden = expected.get(i);
      String name = golden.get("name").asString();
      StoredTensor tensor =
          tensors.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
      assertThat(tensor.fileOffset()).isEqualTo(golden.get("file_offset").asLong());
      assertThat(tensor.data().byteSize()).isEqualTo(golden.get("bytes").asLong());
      assertThat(Sha256.of(tensor.data())).isEqualTo(golden.get("sha256").asString());
      List<Long> shape = new ArrayList<>();
      golden.path("ne").forEach(dim -> shape.addFirst(dim.asLong()));
      golden.path("shape").forEach(dim -> shape.add(dim.asLong()));
      assertThat(tensor.shape()).isEqualTo(shape);
      String type = golden.has("type") ? "type" : "dtype";
      assertThat(tensor.type().name()).isEqualTo(golden.get(type).asString());
    }
  }

  private static void assertSame(String what, Object value, Map.Entry<String, JsonNode> golden) {
    JsonNode expected = golden.getValue().get("value");
    if (expected.isArray()) {
      List<Object> values =
          value instanceof List<?> list
              ? List.copyOf(list)
              : IntStream.range(0, Array.getLength(value))
                  .mapToObj(i -> Array.get(value, i))
                  .toList();
      assertThat(values).as(what).hasSize(expected.size());
      for (int i = 0; i < values.size(); i++) {
        assertScalar(what + "[" + i + "]", values.get(i), expected.get(i));
      }
    } else {
      assertScalar(what, value, expected);
    }
  }

  private static void assertScalar(String what, Object value, JsonNode expected) {
    if (expected.isObject()) {
      String nonfinite = expected.get("nonfinite").asString();
      String java = nonfinite.replace("inf", "Infinity").replace("nan", "NaN");
      assertThat(value.toString()).as(what).isEqualTo(java);
    } else if (expected.isString()) {
      assertThat(value).as(what).isEqualTo(expected.asString());
    } else if (expected.isBoolean()) {
      assertThat(value).as(what).isEqualTo(expected.asBoolean());
    } else if (expected.isIntegralNumber()
        && !(value instanceof Float || value instanceof Double)) {
      assertThat(new BigInteger(value.toString())).as(what).isEqualTo(expected.bigIntegerValue());
    } else {
      assertThat(((Number) value).doubleValue()).as(what).isEqualTo(expected.asDouble());
    }
  }
}
