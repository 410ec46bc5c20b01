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
    @Nullable Instant finishedAt) {

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
