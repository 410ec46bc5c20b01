package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;

/** A model by the name callers use. */
@Entity
@Table(name = "model")
class ModelEntity {
  @Id private UUID id = TimeSortedId.next();

  @Column(nullable = false, unique = true)
  private String name = "";

  @Column(name = "created_at", nullable = false)
  private Instant createdAt = Instant.EPOCH;

  @Version private long revision;

  protected ModelEntity() {}

  ModelEntity(String name, Instant createdAt) {
    this.name = name;
    this.createdAt = createdAt;
  }

  UUID id() {
    return id;
  }

  String name() {
    return name;
  }

  Instant createdAt() {
    return createdAt;
  }

  long revision() {
    return revision;
  }
}
