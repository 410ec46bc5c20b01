package dev.javelin.engine.request;

import org.jspecify.annotations.Nullable;

/**
 * A typed failure. The message says what was given, what is allowed and what to do; it is shown to
 * callers, so it holds no paths or internals beyond what the caller named.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final ErrorCode code;
  private final @Nullable String parameter;

  public EngineException(ErrorCode code, String message) {
    this(code, message, null, null);
  }

  /**
   * @param parameter the request field at fault, null if none is
   */
  public EngineException(
      ErrorCode code, String message, @Nullable String parameter, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.parameter = parameter;
  }

  public ErrorCode code() {
    return code;
  }

  public @Nullable String parameter() {
    return parameter;
  }
}
