package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;

@Entity
@Table(name = "alias_change")
class AliasChangeEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(nullable = false)
  String alias = "";

  @Column(nullable = false)
  String model = "";

  @Column(nullable = false)
  int version;

  @Column(name = "load_profile", nullable = false)
  String loadProfile = "";

  @Column(name = "decoding_profile", nullable = false)
  String decodingProfile = "";

  @Column(nullable = false)
  String actor = "";

  @Column(nullable = false, length = 2000)
  String reason = "";

  @Column(name = "changed_at", nullable = false)
  Instant changedAt = Instant.EPOCH;

  protected AliasChangeEntity() {}

  AliasChangeEntity(AliasEntity now, String actor, String reason) {
    alias = now.name;
    model = now.version.model.name;
    version = now.version.number;
    loadProfile = now.loadProfile.name;
    decodingProfile = now.decodingProfile.name;
    this.actor = actor;
    this.reason = reason;
    changedAt = now.changedAt;
  }

  AliasChange view() {
    return new AliasChange(
        id, alias, model, version, loadProfile, decodingProfile, actor, reason, changedAt);
  }
}
