package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "node")
class NodeEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(nullable = false)
  String name = "";

  @Column(name = "lease_until", nullable = false)
  Instant leaseUntil = Instant.EPOCH;

  protected NodeEntity() {}

  NodeEntity(UUID id, String name, Instant leaseUntil) {
    this.id = id;
    this.name = name;
    this.leaseUntil = leaseUntil;
  }
}
