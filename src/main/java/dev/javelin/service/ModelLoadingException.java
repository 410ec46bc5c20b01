package dev.javelin.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The model that was called is on its way into memory. */
public final class ModelLoadingException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String stage;
  private final @Nullable Double progress;
  private final Duration retryAfter;

  ModelLoadingException(
      String model, String stage, @Nullable Double progress, Duration retryAfter) {
    super("the model '%s' is loading: %s".formatted(model, stage), null, false, false);
    this.stage = stage;
    this.progress = progress;
    this.retryAfter = retryAfter;
  }

  public String stage() {
    return stage;
  }

  /** Of the stage, from 0 to 1; null where it cannot be told. */
  public @Nullable Double progress() {
    return progress;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
