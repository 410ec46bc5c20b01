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
@Table(name = "operation")
class OperationEntity {
  private static final int LONG = 65535;

  @Id UUID id = TimeSortedId.next();

  @Column(name = "node_id", nullable = false)
  UUID nodeId = id;

  @Column(nullable = false, length = 32)
  String kind = "";

  @Column(nullable = false, length = 512)
  String target = "";

  @Column(nullable = false)
  String actor = "";

  @Column(nullable = false, length = 16)
  @Enumerated(EnumType.STRING)
  OperationRecord.State state = OperationRecord.State.QUEUED;

  @Column(nullable = false, length = 64)
  String stage = "";

  @Column(nullable = false)
  double progress;

  @Column(length = LONG)
  @Nullable String result;

  @Column(length = LONG)
  @Nullable String problem;

  @Column(nullable = false, length = LONG)
  String log = "";

  @Column(name = "created_at", nullable = false)
  Instant createdAt = Instant.EPOCH;

  @Column(name = "changed_at", nullable = false)
  Instant changedAt = Instant.EPOCH;

  @Column(name = "finished_at")
  @Nullable Instant finishedAt;

  @Column(length = 512)
  @Nullable String claim;

  @Column(length = 4096)
  @Nullable String input;

  protected OperationEntity() {}

  OperationEntity(OperationRecord given) {
    id = given.id();
    nodeId = given.nodeId();
    kind = given.kind();
    target = Texts.tail(given.target(), 512);
    actor = given.actor();
    state = given.state();
    stage = Texts.tail(given.stage(), 64);
    progress = given.progress();
    result = given.result();
    problem = given.problem();
    log = Texts.tail(given.log(), LONG);
    createdAt = given.createdAt();
    changedAt = given.changedAt();
    finishedAt = given.finishedAt();
    claim = given.claim();
    input = given.input();
  }

  OperationRecord view() {
    return new OperationRecord(
        id,
        nodeId,
        kind,
        target,
        actor,
        state,
        stage,
        progress,
        result,
        problem,
        log,
        createdAt,
        changedAt,
        finishedAt,
        claim,
        input);
  }
}
