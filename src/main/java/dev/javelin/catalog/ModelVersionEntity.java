package dev.javelin.catalog;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "model_version")
class ModelVersionEntity {
  @Id UUID id = TimeSortedId.next();

  @ManyToOne(optional = false)
  @JoinColumn(name = "model_id")
  ModelEntity model = new ModelEntity();

  @Column(nullable = false)
  int number;

  @Column(nullable = false, length = 4200)
  String source = "";

  @Column(nullable = false, length = 4096)
  String path = "";

  @Column(nullable = false, length = 32)
  String format = "";

  @Column(nullable = false, length = 64)
  String architecture = "";

  @Column(name = "context_length", nullable = false)
  int contextLength;

  @Column(name = "size_bytes", nullable = false)
  long sizeBytes;

  @Column(length = 64)
  @Nullable String sha256;

  @Column(name = "tokenizer_sha256", nullable = false, length = 64)
  String tokenizerSha256 = "";

  @Column(name = "template_sha256", length = 64)
  @Nullable String templateSha256;

  @Column @Nullable String licence;

  @Column(name = "created_at", nullable = false)
  Instant createdAt = Instant.EPOCH;

  @ElementCollection(fetch = FetchType.EAGER)
  @CollectionTable(name = "version_file", joinColumns = @JoinColumn(name = "version_id"))
  @OrderColumn(name = "position")
  List<StoredFile> files = new ArrayList<>();

  @Version long revision;

  protected ModelVersionEntity() {}

  ModelVersionEntity(ModelEntity model, int number, NewVersion given, Instant createdAt) {
    this.model = model;
    this.number = number;
    this.createdAt = createdAt;
    source = given.source();
    path = given.path();
    format = given.format();
    architecture = given.architecture();
    contextLength = given.contextLength();
    sizeBytes = given.sizeBytes();
    tokenizerSha256 = given.tokenizerSha256();
    templateSha256 = given.templateSha256();
    licence = given.licence();
    given.files().forEach(file -> files.add(new StoredFile(file)));
  }

  ModelVersion view() {
    return new ModelVersion(
        id,
        model.name,
        number,
        source,
        path,
        format,
        architecture,
        contextLength,
        sizeBytes,
        sha256,
        tokenizerSha256,
        templateSha256,
        licence,
        createdAt,
        files.stream().map(StoredFile::view).toList());
  }
}
