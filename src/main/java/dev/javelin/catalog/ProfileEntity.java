package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;

/** The columns that every kind of profile has in its table. */
@MappedSuperclass
abstract class ProfileEntity<P extends Profile> {
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

  protected ProfileEntity() {}

  ProfileEntity(ModelEntity model, String name) {
    this.model = model;
    this.name = name;
  }

  abstract P view();
}
