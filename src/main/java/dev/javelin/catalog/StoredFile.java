package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

@Embeddable
class StoredFile {
  @Column(nullable = false, length = 1024)
  String name = "";

  @Column(name = "size_bytes", nullable = false)
  long sizeBytes;

  @Column(name = "modified_at", nullable = false)
  Instant modifiedAt = Instant.EPOCH;

  @Column(length = 64)
  @Nullable String sha256;

  protected StoredFile() {}

  StoredFile(VersionFile file) {
    name = file.name();
    sizeBytes = file.sizeBytes();
    modifiedAt = file.modifiedAt();
    sha256 = file.sha256();
  }

  VersionFile view() {
    return new VersionFile(name, sizeBytes, modifiedAt, sha256);
  }
}
