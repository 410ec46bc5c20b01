package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "file_removal")
class FileRemovalEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(nullable = false, length = 5200)
  String path = "";

  @Column(nullable = false)
  Instant since = Instant.EPOCH;

  protected FileRemovalEntity() {}

  FileRemovalEntity(String path, Instant since) {
    this.path = path;
    this.since = since;
  }

  FileRemoval view() {
    return new FileRemoval(id, path, since);
  }
}
