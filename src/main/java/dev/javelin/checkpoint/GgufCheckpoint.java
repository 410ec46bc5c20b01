package dev.javelin.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model in one GGUF file or several. */
final class GgufCheckpoint implements Checkpoint {
  /** Architectures whose converter reorders q and k rows for rotation of adjacent pairs. */
  private static final Set<String> PERMUTED = Set.of("llama", "smollm3");

  private final Arena arena;
  private final List<GgufFile> files;
  private final Map<String, Object> config;
  private final Map<String, Object> generationConfig;
  private final WeightSource weights;

  private GgufCheckpoint(Arena arena, List<GgufFile> files) {
    this.arena = arena;
    this.files = files;
    Map<String, StoredTensor> byGgufName = new LinkedHashMap<>();
    Map<String, StoredTensor> byName = new LinkedHashMap<>();
    for (GgufFile file : files) {
      for (StoredTensor tensor : file.tensors()) {
        byGgufName.put(tensor.name(), tensor);
        if (byName.put(GgufNames.huggingFace(tensor.name()), tensor) != null) {
          throw new CheckpointException(
              file.path(),
              "tensor '" + tensor.name() + "'",
              "another tensor means the same weight");
        }
      }
    }
    if (byName.isEmpty()) {
      throw new CheckpointException(path(), "file", "holds no tensors; this is no model");
    }
    this.config =
        Collections.unmodifiableMap(
            GgufConfig.of(path(), files.getFirst().metadata(), byGgufName.keySet()));
    this.generationConfig = GgufConfig.generation(path(), files.getFirst().metadata());
    this.weights = new NamedWeights(path(), byName, rowOrders(byName));
  }

  static GgufCheckpoint open(Path path) {
    Arena arena = Arena.ofShared();
    try {
      return new GgufCheckpoint(arena, GgufSplit.open(path, arena));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private Map<String, int[]> rowOrders(Map<String, StoredTensor> byName) {
    Map<String, int[]> orders = new HashMap<>();
    if (PERMUTED.contains(config.get("model_type"))) {
      byName.forEach(
          (name, tensor) -> {
            if (name.contains(".self_attn.q_proj.")) {
              orders.put(name, rowOrder(tensor, "num_attention_heads"));
            } else if (name.contains(".self_attn.k_proj.")) {
              orders.put(name, rowOrder(tensor, "num_key_value_heads"));
            }
          });
    }
    return orders;
  }

  /** Row h * d + half * d/2 + i of the weight is stored row h * d + 2 * i + half. */
  private int[] rowOrder(StoredTensor tensor, String headsKey) {
    long rows = tensor.shape().isEmpty() ? 1 : tensor.shape().getFirst();
    if (!(config.get(headsKey) instanceof Integer heads)) {
      throw new CheckpointException(
          path(), "metadata", "says nothing of %s, the number of heads".formatted(headsKey));
    }
    if (heads <= 0 || rows % (2L * heads) != 0 || rows > Integer.MAX_VALUE / 2) {
      throw new CheckpointException(
          tensor.file(),
          "tensor '" + tensor.name() + "'",
          "its %d rows are not an even number for each of %s heads"
              .formatted(rows, config.get(headsKey)));
    }
    int headDim = (int) rows / heads;
    int[] order = new int[(int) rows];
    for (int row = 0; row < rows; row++) {
      int within = row % headDim;
      order[row] = row - within + 2 * (within % (headDim / 2)) + within / (headDim / 2);
    }
    return order;
  }

  @Override
  public Path path() {
    return files.getFirst().path();
  }

  @Override
  public String fileFormat() {
    return "GGUF v" + files.getFirst().version();
  }

  @Override
  public Map<String, Object> config() {
    return config;
  }

  @Override
  public Map<String, Object> generationConfig() {
    return generationConfig;
  }

  @Override
  public Map<String, Object> metadata() {
    return files.getFirst().metadata();
  }

  @Override
  public Optional<Path> tokenizerJson() {
    return Optional.empty();
  }

  @Override
  public Optional<String> chatTemplate() {
    return metadata().get("tokenizer.chat_template") instanceof String template
        ? Optional.of(template)
        : Optional.empty();
  }

  @Override
  public WeightSource weights() {
    return weights;
  }

  @Override
  public List<TensorInfo> tensors() {
    return files.stream().flatMap(file -> file.tensors().stream()).map(StoredTensor::info).toList();
  }

  @Override
  public void unload() {
    files.forEach(file -> file.tensors().forEach(StoredTensor::unload));
  }

  @Override
  public void close() {
    arena.close();
  }
}
