package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "decoding_profile")
class DecodingProfileEntity {
  @Id UUID id = TimeSortedId.next();

  @ManyToOne(optional = false)
  @JoinColumn(name = "model_id")
  ModelEntity model = new ModelEntity();

  @Column(nullable = false)
  String name = "";

  @Column(nullable = false, length = 262144)
  String settings = "";

  @Column(name = "changed_at", nullable = false)
  Instant changedAt = Instant.EPOCH;

  @Version long revision;

  protected DecodingProfileEntity() {}

  DecodingProfileEntity(ModelEntity model, String name) {
    this.model = model;
    this.name = name;
  }

  DecodingProfile view() {
    return new DecodingProfile(id, model.name, name, settings, changedAt, revision);
  }
}
