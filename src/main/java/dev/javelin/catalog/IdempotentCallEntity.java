package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "idempotent_call")
class IdempotentCallEntity {
  @Id
  @Column(name = "call_key")
  String key = "";

  @Column(name = "body_sha256", nullable = false, length = 64)
  String bodySha256 = "";

  @Column @Nullable Integer status;

  @Column(length = 8192)
  @Nullable String headers;

  @Column(length = 1_000_000)
  @Nullable String body;

  @Column(name = "created_at", nullable = false)
  Instant createdAt = Instant.EPOCH;

  protected IdempotentCallEntity() {}

  IdempotentCallEntity(String key, String bodySha256, Instant createdAt) {
    this.key = key;
    this.bodySha256 = bodySha256;
    this.createdAt = createdAt;
  }
}
