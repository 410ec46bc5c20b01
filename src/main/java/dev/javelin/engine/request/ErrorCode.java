package dev.javelin.engine.request;

/** Every way a request can fail, with the kind that decides its HTTP status family. */
public enum ErrorCode {
  INVALID_REQUEST(Kind.USER),
  CONTEXT_LENGTH_EXCEEDED(Kind.USER),
  MODEL_NOT_FOUND(Kind.USER),
  /** A structured output could not be followed to its end. */
  STRUCTURED_OUTPUT_FAILED(Kind.USER),
  /** What the request allows leaves no token to come next. */
  NO_TOKEN_ALLOWED(Kind.USER),
  INVALID_MODEL_FILE(Kind.USER),
  UNSUPPORTED_MODEL(Kind.USER),
  QUEUE_FULL(Kind.CAPACITY),
  INSUFFICIENT_MEMORY(Kind.CAPACITY),
  MODEL_LOADING(Kind.CAPACITY),
  SHUTTING_DOWN(Kind.CAPACITY),
  DEADLINE_EXCEEDED(Kind.CAPACITY),
  /** The engine gave up this request to start anew. */
  ENGINE_RESTARTED(Kind.CAPACITY),
  /** The engine is beyond restarting; its model must be loaded again. */
  ENGINE_FAILED(Kind.CAPACITY),
  /** The step that computed the request threw. */
  STEP_FAILED(Kind.INTERNAL),
  /** The model gave logits that are NaN or infinite. */
  NUMERICAL_ERROR(Kind.INTERNAL),
  INTERNAL(Kind.INTERNAL);

  /** USER: the caller must change the request. CAPACITY: try again later. INTERNAL: our fault. */
  public enum Kind {
    USER,
    CAPACITY,
    INTERNAL
  }

  private final Kind kind;

  ErrorCode(Kind kind) {
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
