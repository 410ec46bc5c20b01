package dev.javelin.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Shards named by a {@code model.safetensors.index.json}. */
final class SafetensorsIndex {
  private SafetensorsIndex() {}

  /**
   * Opens every shard the index names.
   *
   * @throws CheckpointException if a shard is not a plain file name in the index's folder, is
   *     missing or broken, or does not hold a tensor the index says it does
   */
  static List<SafetensorsFile> open(Path index, Arena arena) {
    JsonNode weightMap = JsonFile.object(index).path("weight_map");
    if (!weightMap.isObject()) {
      throw new CheckpointException(index, "weight_map", "is missing or no object");
    }
    Map<String, Set<String>> shards = new HashMap<>();
    List<SafetensorsFile> files = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
      String tensor = entry.getKey();
      if (!entry.getValue().isString()) {
        throw new CheckpointException(
            index, "tensor '" + tensor + "'", "its shard is no string: " + entry.getValue());
      }
      String shard = entry.getValue().stringValue();
      Set<String> names = shards.get(shard);
      if (names == null) {
        SafetensorsFile file = SafetensorsFile.open(shardPath(index, tensor, shard), arena);
        names = new HashSet<>();
        for (StoredTensor stored : file.tensors()) {
          names.add(stored.name());
        }
        shards.put(shard, names);
        files.add(file);
      }
      if (!names.contains(tensor)) {
        throw new CheckpointException(
            index, "tensor '" + tensor + "'", "is not in its shard " + shard);
      }
    }
    return List.copyOf(files);
  }

  private static Path shardPath(Path index, String tensor, String shard) {
    if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
      throw new CheckpointException(
          index,
          "tensor '" + tensor + "'",
          "its shard '" + shard + "' is no plain *.safetensors file name");
    }
    return index.resolveSibling(shard);
  }
}
