package dev.javelin.catalog;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one node has, or had, in memory.
 *
 * @param requested the load settings asked for, a JSON object
 * @param effective what came of them, a JSON object; null until loaded
 * @param reason why it is in this state, where that is not plain
 */
public record InstanceRecord(
    UUID id,
    UUID nodeId,
    UUID versionId,
    UUID loadProfileId,
    String model,
    int version,
    String loadProfile,
    String requested,
    @Nullable String effective,
    State state,
    @Nullable String reason,
    Instant createdAt,
    Instant changedAt) {

  /** How far it is. */
  public enum State {
    LOADING,
    READY,
    DRAINING,
    UNLOADED,
    FAILED;

    public boolean live() {
      return switch (this) {
        case LOADING, READY, DRAINING -> true;
        case UNLOADED, FAILED -> false;
      };
    }
  }

  public InstanceRecord with(State next, @Nullable String because, Instant now) {
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
        next,
        because,
        createdAt,
        now);
  }

  public InstanceRecord ready(String effectiveSettings, Instant now) {
    return new InstanceRecord(
        id,
        nodeId,
        versionId,
        loadProfileId,
        model,
        version,
        loadProfile,
        requested,
        effectiveSettings,
        State.READY,
        null,
        createdAt,
        now);
  }
}
