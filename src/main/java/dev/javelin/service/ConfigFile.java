package dev.javelin.service;

import dev.javelin.catalog.AliasPolicy;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The catalog as a document. Versions are named by their digest where they have one, so that a
 * document from another server means the same files.
 */
public record ConfigFile(
    @NotNull @Valid List<ModelEntry> models,
    @NotNull @Valid List<AliasEntry> aliases,
    @NotNull Map<String, String> settings) {

  /** A model with everything that belongs to it. */
  public record ModelEntry(
      @NotNull String name,
      @NotNull String description,
      @NotNull @Valid List<VersionEntry> versions,
      @NotNull Map<String, LoadSettings> loadProfiles,
      @NotNull Map<String, DecodingSettings> decodingProfiles) {}

  /** A version: to be found at a path, and to be what the digest says. */
  public record VersionEntry(
      int number, @NotNull String source, @NotNull String path, @Nullable String sha256) {}

  /** An alias and its target. */
  public record AliasEntry(
      @NotNull String name,
      @NotNull String model,
      int version,
      @NotNull String loadProfile,
      @NotNull String decodingProfile,
      @NotNull AliasPolicy policy) {}
}
