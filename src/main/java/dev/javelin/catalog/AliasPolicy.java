package dev.javelin.catalog;

import org.jspecify.annotations.Nullable;

/**
 * When an alias's model comes into memory and when it leaves.
 *
 * @param pinned never unloaded to make room
 * @param idleSeconds unloaded after so long without a request; null: never
 */
public record AliasPolicy(Loading loading, boolean pinned, @Nullable Long idleSeconds) {
  /** Loaded by the first request, kept until somebody unloads it. */
  public static final AliasPolicy DEFAULT = new AliasPolicy(Loading.ON_REQUEST, false, null);

  /** What brings the model into memory. */
  public enum Loading {
    /** The server's start. */
    STARTUP,
    /** The first request. */
    ON_REQUEST,
    /** Only a person. */
    MANUAL
  }
}
