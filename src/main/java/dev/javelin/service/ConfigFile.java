package dev.javelin.service;

import dev.javelin.catalog.AliasPolicy;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
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
    @NotNull Map<@Pattern(regexp = Names.PATTERN) String, @Size(max = 4096) String> settings) {

  /** A model with everything that belongs to it. */
  public record ModelEntry(
      @NotNull @Pattern(regexp = Names.PATTERN) String name,
      @NotNull @Size(max = 2000) String description,
      @NotNull @Valid List<VersionEntry> versions,
      @NotNull Map<@Pattern(regexp = Names.PATTERN) String, LoadSettings> loadProfiles,
      @NotNull Map<@Pattern(regexp = Names.PATTERN) String, DecodingSettings> decodingProfiles) {}

  /** A version: to be found at a path, and to be what the digest says. */
  public record VersionEntry(
      @Min(1) int number,
      @NotNull @Size(max = 4200) String source,
      @NotNull @Size(max = 4096) String path,
      @Nullable String sha256) {}

  /** An alias and its target. */
  public record AliasEntry(
      @NotNull @Pattern(regexp = Names.PATTERN) String name,
      @NotNull String model,
      @Min(1) int version,
      @NotNull String loadProfile,
      @NotNull String decodingProfile,
      @NotNull AliasPolicy policy) {}
}
