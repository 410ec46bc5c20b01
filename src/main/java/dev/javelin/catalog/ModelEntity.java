package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "model")
class ModelEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(nullable = false, unique = true)
  String name = "";

  @Column(nullable = false, length = 2000)
  String description = "";

  @Column(name = "created_at", nullable = false)
  Instant createdAt = Instant.EPOCH;

  /**
   * Only {@link ModelRepository#countVersion} changes it: a new version is no change of the model.
   */
  @Column(name = "last_version", nullable = false, updatable = false)
  int lastVersion;

  @Version long revision;

  protected ModelEntity() {}

  ModelEntity(String name, String description, Instant createdAt) {
    this.name = name;
    this.description = description;
    this.createdAt = createdAt;
  }

  RegisteredModel view() {
    return new RegisteredModel(id, name, description, createdAt, revision);
  }
}
