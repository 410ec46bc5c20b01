package dev.javelin.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.javelin.Shared;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SafetensorsFileTests {
  @Test
  void everyValidFileGivesItsMetadataAndTensors() throws IOException {
    Path folder = Shared.require("goldens/safetensors_files");
    int read = 0;
    for (JsonNode entry : GgufFileTests.golden(folder.resolve("valid.json"))) {
      Path path = folder.resolve("valid").resolve(entry.get("file").asString());
      try (Arena arena = Arena.ofConfined()) {
        SafetensorsFile file = SafetensorsFile.open(path, arena);
        Map<String, String> metadata = new HashMap<>();
        for (Map.Entry<String, JsonNode> pair : entry.get("metadata").properties()) {
          metadata.put(pair.getKey(), pair.getValue().asString());
        }
        assertThat(file.metadata()).isEqualTo(metadata);
        GgufFileTests.assertTensors(file.tensors(), entry.get("tensors"));
        assertFloats(path, file, entry.get("tensors"));
        read++;
      }
    }
    assertThat(read).isEqualTo(15);
  }

  private static void assertFloats(Path path, SafetensorsFile file, JsonNode tensors) {
    Map<String, StoredTensor> byName = new HashMap<>();
    file.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    NamedWeights weights = new NamedWeights(path, byName, Map.of());
    for (JsonNode tensor : tensors) {
      String name = tensor.get("name").asString();
      if (byName.get(name).type().weight() == null) {
        assertThatThrownBy(() -> weights.floats(name)).isInstanceOf(CheckpointException.class);
        continue;
      }
      float[] values = weights.floats(name);
      JsonNode expected = tensor.path("values");
      assertThat(values).hasSize(expected.size());
      for (int i = 0; i < values.length; i++) {
        JsonNode value = expected.get(i);
        if (value.isObject()) {
          assertThat(Float.isFinite(values[i])).isFalse();
        } else {
          assertThat(values[i]).isEqualTo((float) value.asDouble());
        }
      }
    }
  }

  @Test
  void everyMalformedFileIsRefusedByName() throws IOException {
    Path folder = Shared.require("goldens/safetensors_files");
    JsonNode entries = GgufFileTests.golden(folder.resolve("malformed.json"));
    assertThat(entries.size()).isEqualTo(56);
    List<String> wrong = new ArrayList<>();
    for (JsonNode entry : entries) {
      String name = entry.get("file").asString();
      try (Arena arena = Arena.ofConfined()) {
        SafetensorsFile.open(folder.resolve("malformed").resolve(name), arena);
        wrong.add(name + " was accepted");
      } catch (CheckpointException e) {
        if (!String.valueOf(e.getMessage()).contains(name)) {
          wrong.add(name + ": " + e.getMessage());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyMalformedIndexIsRefused() throws IOException {
    Path folder = Shared.require("goldens/safetensors_files");
    JsonNode entries = GgufFileTests.golden(folder.resolve("malformed_index.json"));
    assertThat(entries.size()).isEqualTo(8);
    for (JsonNode entry : entries) {
      Path broken = folder.resolve("malformed_index").resolve(entry.get("folder").asString());
      try (Arena arena = Arena.ofConfined()) {
        assertThatThrownBy(() -> SafetensorsCheckpoint.openFolder(broken, arena))
            .as(broken.toString())
            .isInstanceOf(CheckpointException.class)
            .hasMessageMatching("(?s).*(safetensors|weight_map).*");
      }
    }
  }

  @Test
  void shardedModelIsTheUnionOfItsShards() {
    Path folder = Shared.require("goldens/safetensors_files/valid/sharded");
    try (Arena arena = Arena.ofConfined()) {
      List<SafetensorsFile> files = SafetensorsCheckpoint.openFolder(folder, arena);
      assertThat(files).hasSize(3);
      assertThat(files.stream().flatMap(file -> file.tensors().stream()))
          .extracting(StoredTensor::name)
          .contains("model.layers.0.k.weight", "model.layers.1.k.weight", "model.layers.2.k.weight")
          .doesNotHaveDuplicates();
    }
  }
}
