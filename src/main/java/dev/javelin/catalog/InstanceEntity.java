package dev.javelin.catalog;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@Entity
@Table(name = "instance")
class InstanceEntity {
  @Id UUID id = TimeSortedId.next();

  @Column(name = "node_id", nullable = false)
  UUID nodeId = id;

  @Column(name = "version_id", nullable = false)
  UUID versionId = id;

  @Column(name = "load_profile_id", nullable = false)
  UUID loadProfileId = id;

  @Column(nullable = false)
  String model = "";

  @Column(nullable = false)
  int version;

  @Column(name = "load_profile", nullable = false)
  String loadProfile = "";

  @Column(nullable = false, length = 65535)
  String requested = "";

  @Column(length = 65535)
  @Nullable String effective;

  @Column(nullable = false, length = 16)
  @Enumerated(EnumType.STRING)
  InstanceRecord.State state = InstanceRecord.State.LOADING;

  @Column(length = 4000)
  @Nullable String reason;

  @Column(name = "created_at", nullable = false)
  Instant createdAt = Instant.EPOCH;

  @Column(name = "changed_at", nullable = false)
  Instant changedAt = Instant.EPOCH;

  protected InstanceEntity() {}

  InstanceEntity(InstanceRecord given) {
    id = given.id();
    nodeId = given.nodeId();
    versionId = given.versionId();
    loadProfileId = given.loadProfileId();
    model = given.model();
    version = given.version();
    loadProfile = given.loadProfile();
    requested = given.requested();
    effective = given.effective();
    state = given.state();
    reason = Texts.cut(given.reason(), 4000);
    createdAt = given.createdAt();
    changedAt = given.changedAt();
  }

  InstanceRecord view() {
    return new InstanceRecord(
        id,
        nodeId,
        versionId,
        loadProfileId,
        model,
        version,
        loadProfile,
        requested,
        effective,
        state,
        reason,
        createdAt,
        changedAt);
  }
}
