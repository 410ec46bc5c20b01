package dev.javelin.catalog;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One state of a model's files; never changed, a new state is a new version.
 *
 * @param number counts from 1 within the model
 * @param source where the files came from: {@code path:…}, {@code upload:…} or {@code hf:…}
 * @param path the file or folder to open
 * @param format of the checkpoint: {@code gguf} or {@code safetensors}
 * @param contextLength tokens the model was made for
 * @param sha256 of the one file, or over names, sizes and digests of all; null until digested
 * @param tokenizerSha256 equal where two versions tokenise alike
 * @param templateSha256 of the chat template, null without one
 */
public record ModelVersion(
    UUID id,
    String model,
    int number,
    String source,
    String path,
    String format,
    String architecture,
    int contextLength,
    long sizeBytes,
    @Nullable String sha256,
    String tokenizerSha256,
    @Nullable String templateSha256,
    @Nullable String licence,
    Instant createdAt,
    List<VersionFile> files) {
  public ModelVersion {
    files = List.copyOf(files);
  }

  /** Whether Javelin itself brought its files into the store. */
  public boolean stored() {
    return source.startsWith("upload:") || source.startsWith("hf:");
  }

  /** Where its files are, in their order. */
  public List<String> locations() {
    Path at = Path.of(path);
    Path name = at.getFileName();
    // A checkpoint is a folder, or a file that is one of its own.
    boolean file =
        name != null && files.stream().anyMatch(one -> one.name().equals(name.toString()));
    Path folder = file ? at.resolveSibling("") : at;
    return files.stream().map(one -> folder.resolve(one.name()).toString()).toList();
  }

  /** For people: {@code dart:3}. */
  public String label() {
    return model + ":" + number;
  }
}
