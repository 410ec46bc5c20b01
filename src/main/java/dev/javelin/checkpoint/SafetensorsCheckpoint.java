package dev.javelin.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Hugging Face folder: config.json, safetensors with or without an index, tokenizer files. */
final class SafetensorsCheckpoint implements Checkpoint {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private final Path path;
  private final Path folder;
  private final Arena arena;
  private final List<SafetensorsFile> files;
  private final Map<String, Object> config;
  private final Map<String, Object> generationConfig;
  private final Map<String, Object> metadata;
  private final Optional<String> chatTemplate;
  private final WeightSource weights;

  private SafetensorsCheckpoint(Path path, Path folder, Arena arena, List<SafetensorsFile> files) {
    this.path = path;
    this.folder = folder;
    this.arena = arena;
    this.files = files;
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, Object> entries = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      entries.putAll(file.metadata());
      for (StoredTensor tensor : file.tensors()) {
        if (tensors.put(tensor.name(), tensor) != null) {
          throw new CheckpointException(
              file.path(), "tensor '" + tensor.name() + "'", "is in an earlier shard too");
        }
      }
    }
    this.metadata = Collections.unmodifiableMap(entries);
    this.config = Collections.unmodifiableMap(JsonFile.map(folder.resolve("config.json")));
    this.generationConfig =
        Collections.unmodifiableMap(JsonFile.mapIfThere(folder.resolve("generation_config.json")));
    this.chatTemplate = readChatTemplate(folder);
    this.weights = new NamedWeights(path, tensors, Map.of());
  }

  /**
   * @param path a folder, or a file in the folder that has the configuration
   */
  static SafetensorsCheckpoint open(Path path) {
    boolean isFolder = Files.isDirectory(path);
    Path folder = isFolder ? path : path.toAbsolutePath().getParent();
    if (folder == null) {
      throw new CheckpointException(path, "file", "has no folder");
    }
    Arena arena = Arena.ofShared();
    try {
      return new SafetensorsCheckpoint(
          path,
          folder,
          arena,
          isFolder ? openFolder(folder, arena) : List.of(SafetensorsFile.open(path, arena)));
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  static List<SafetensorsFile> openFolder(Path folder, Arena arena) {
    Path index = folder.resolve(INDEX);
    return Files.isRegularFile(index)
        ? SafetensorsIndex.open(index, arena)
        : List.of(SafetensorsFile.open(folder.resolve(SINGLE), arena));
  }

  private static Optional<String> readChatTemplate(Path folder) {
    Path jinja = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(jinja)) {
      try {
        return Optional.of(Files.readString(jinja));
      } catch (IOException e) {
        throw new CheckpointException(jinja, "file", "cannot be read: " + e.getMessage(), e);
      }
    }
    Object template =
        JsonFile.mapIfThere(folder.resolve("tokenizer_config.json")).get("chat_template");
    if (template instanceof List<?> named) {
      for (Object entry : named) {
        if (entry instanceof Map<?, ?> map
            && "default".equals(map.get("name"))
            && map.get("template") instanceof String text) {
          return Optional.of(text);
        }
      }
      return Optional.empty();
    }
    return template instanceof String text ? Optional.of(text) : Optional.empty();
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public String fileFormat() {
    return "safetensors";
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
    return metadata;
  }

  @Override
  public Optional<Path> tokenizerJson() {
    return Optional.of(folder.resolve("tokenizer.json")).filter(Files::isRegularFile);
  }

  @Override
  public Optional<String> chatTemplate() {
    return chatTemplate;
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
