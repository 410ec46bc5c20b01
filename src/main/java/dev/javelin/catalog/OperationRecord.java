package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Long work, as last written down.
 *
 * @param kind load, unload, swap, register, pull …
 * @param target what it works on, for people
 * @param stage what it is doing, or was when it ended
 * @param progress of the stage, from 0 to 1; negative where it cannot be told
 * @param result a JSON object, null unless it succeeded
 * @param problem a JSON object with type, title and detail; null unless it failed
 * @param log lines with their times
 * @param claim what it has to itself among all servers while it is live, as in {@code swap chat};
 *     null if nothing
 * @param input what it was asked for, as JSON, where it can go on after a restart; else null
 */
public record OperationRecord(
    UUID id,
    UUID nodeId,
    String kind,
    String target,
    String actor,
    State state,
    String stage,
    double progress,
    @Nullable String result,
    @Nullable String problem,
    String log,
    Instant createdAt,
    Instant changedAt,
    @Nullable Instant finishedAt,
    @Nullable String claim,
    @Nullable String input) {

  /** One that is queued. */
  public static OperationRecord first(
      UUID nodeId,
      String kind,
      String target,
      String actor,
      @Nullable String claim,
      @Nullable String input,
      Instant now) {
    return new OperationRecord(
        TimeSortedId.next(),
        nodeId,
        kind,
        target,
        actor,
        State.QUEUED,
        "queued",
        -1,
        null,
        null,
        "",
        now,
        now,
        null,
        claim,
        input);
  }

  /** As it is while it runs. */
  public OperationRecord running(
      State to, String stageNow, double done, String lines, Instant now) {
    return new OperationRecord(
        id, nodeId, kind, target, actor, to, stageNow, done, null, null, lines, createdAt, now,
        null, claim, input);
  }

  /** As it is at its end; its claim is given back. */
  public OperationRecord ended(
      State to, @Nullable String came, @Nullable String why, String lines, Instant now) {
    double done = to == State.SUCCEEDED ? 1 : progress;
    return new OperationRecord(
        id, nodeId, kind, target, actor, to, stage, done, came, why, lines, createdAt, now, now,
        null, input);
  }

  public OperationRecord withoutClaim() {
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
        null,
        input);
  }

  /** How far it is. */
  public enum State {
    QUEUED,
    RUNNING,
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /** The server that ran it ended; nothing of it goes on. */
    INTERRUPTED;

    public boolean live() {
      return switch (this) {
        case QUEUED, RUNNING, CANCELLING -> true;
        case SUCCEEDED, FAILED, CANCELLED, INTERRUPTED -> false;
      };
    }
  }
}
