package dev.javelin.catalog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One file of a version.
 *
 * @param name relative to the version's folder
 * @param sha256 in hex; null until it is digested
 */
public record VersionFile(
    String name, long sizeBytes, Instant modifiedAt, @Nullable String sha256) {

  VersionFile withSha256(String digest) {
    return new VersionFile(name, sizeBytes, modifiedAt, digest);
  }
}
