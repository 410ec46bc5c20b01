package dev.javelin.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A version about to be registered; the fields are those of {@link ModelVersion}. */
public record NewVersion(
    String source,
    String path,
    String format,
    String architecture,
    int contextLength,
    String tokenizerSha256,
    @Nullable String templateSha256,
    @Nullable String licence,
    List<VersionFile> files) {
  public NewVersion {
    files = List.copyOf(files);
  }

  public long sizeBytes() {
    return files.stream().mapToLong(VersionFile::sizeBytes).sum();
  }
}
