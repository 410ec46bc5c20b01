package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One state of a model's files; never changed, a new state is a new version. */
@Entity
@Table(name = "model_version")
class ModelVersionEntity {
  @Id private UUID id = TimeSortedId.next();

  @ManyToOne(optional = false)
  @JoinColumn(name = "model_id")
  private @Nullable ModelEntity model;

  @Column(nullable = false)
  private int number;

  @Column(nullable = false, length = 4096)
  private String path = "";

  @Column(nullable = false)
  private String format = "";

  @Column(nullable = false)
  private String architecture = "";

  @Column(name = "size_bytes", nullable = false)
  private long sizeBytes;

  @Column(nullable = false, length = 64)
  private String sha256 = "";

  @Column(name = "created_at", nullable = false)
  private Instant createdAt = Instant.EPOCH;

  protected ModelVersionEntity() {}

  ModelVersionEntity(ModelEntity model, int number, ModelFiles files, String architecture) {
    this.model = model;
    this.number = number;
    this.path = files.path().toString();
    this.format = files.format();
    this.architecture = architecture;
    this.sizeBytes = files.sizeBytes();
    this.sha256 = files.sha256();
    this.createdAt = Instant.now();
  }

  UUID id() {
    return id;
  }

  @Nullable ModelEntity model() {
    return model;
  }

  int number() {
    return number;
  }

  String path() {
    return path;
  }

  String format() {
    return format;
  }

  String architecture() {
    return architecture;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  String sha256() {
    return sha256;
  }

  Instant createdAt() {
    return createdAt;
  }
}
