package dev.javelin.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Opens a checkpoint of any supported format. */
public final class Checkpoints {
  private Checkpoints() {}

  /**
   * Opens a .gguf file (of a split model: any shard), a .safetensors file with config.json beside
   * it, a folder with config.json and safetensors, or a folder with one GGUF model.
   *
   * @throws CheckpointException if it is none of these, or broken
   */
  public static Checkpoint open(Path path) {
    if (Files.isDirectory(path)) {
      return openFolder(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new CheckpointException(
          path, "file", (Files.exists(path) ? "is no regular file: " : "does not exist: ") + path);
    }
    String name = fileName(path);
    if (name.endsWith(".gguf")) {
      return GgufCheckpoint.open(path);
    }
    if (name.endsWith(".safetensors")) {
      return SafetensorsCheckpoint.open(path);
    }
    throw new CheckpointException(
        path, "file", "is neither .gguf nor .safetensors; name one of these or a folder");
  }

  private static Checkpoint openFolder(Path folder) {
    if (Files.isRegularFile(folder.resolve(SafetensorsCheckpoint.SINGLE))
        || Files.isRegularFile(folder.resolve(SafetensorsCheckpoint.INDEX))) {
      return SafetensorsCheckpoint.open(folder);
    }
    List<Path> models;
    try (Stream<Path> files = Files.list(folder)) {
      models = files.filter(Checkpoints::startsGgufModel).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder, "folder", "cannot be read: " + e.getMessage(), e);
    }
    if (models.size() != 1) {
      throw new CheckpointException(
          folder,
          "folder",
          models.isEmpty()
              ? "has neither safetensors nor a GGUF file"
              : "has several GGUF models, name one: "
                  + models.stream().map(Path::getFileName).toList());
    }
    return GgufCheckpoint.open(models.getFirst());
  }

  private static boolean startsGgufModel(Path file) {
    String name = fileName(file);
    return name.endsWith(".gguf")
        && (name.contains("-00001-of-") || !name.matches(".*-\\d{5}-of-\\d{5}\\.gguf"));
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
  }
}
