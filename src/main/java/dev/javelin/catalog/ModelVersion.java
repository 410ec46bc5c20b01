package dev.javelin.catalog;

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

  /** For people: {@code dart:3}. */
  public String label() {
    return model + ":" + number;
  }
}
