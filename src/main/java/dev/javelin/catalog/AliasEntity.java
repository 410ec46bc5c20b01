package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "alias")
class AliasEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(nullable = false, unique = true)
  String name = "";

  @ManyToOne(optional = false)
  @JoinColumn(name = "version_id")
  ModelVersionEntity version = new ModelVersionEntity();

  @ManyToOne(optional = false)
  @JoinColumn(name = "load_profile_id")
  LoadProfileEntity loadProfile = new LoadProfileEntity();

  @ManyToOne(optional = false)
  @JoinColumn(name = "decoding_profile_id")
  DecodingProfileEntity decodingProfile = new DecodingProfileEntity();

  @Column(nullable = false, length = 16)
  @Enumerated(EnumType.STRING)
  AliasPolicy.Loading loading = AliasPolicy.Loading.ON_REQUEST;

  @Column(nullable = false)
  boolean pinned;

  @Column(name = "idle_seconds")
  @Nullable Long idleSeconds;

  @Column(name = "changed_at", nullable = false)
  Instant changedAt = Instant.EPOCH;

  @Version long revision;

  protected AliasEntity() {}

  AliasEntity(String name) {
    this.name = name;
  }

  Alias view() {
    return new Alias(
        id,
        name,
        version.view(),
        loadProfile.view(),
        decodingProfile.view(),
        new AliasPolicy(loading, pinned, idleSeconds),
        changedAt,
        revision);
  }
}
