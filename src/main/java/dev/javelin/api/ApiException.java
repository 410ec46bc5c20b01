package dev.javelin.api;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A refusal with everything its error envelope says. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final HttpStatus status;
  private final String type;
  private final @Nullable String parameter;
  private final @Nullable String code;

  public ApiException(
      HttpStatus status,
      String type,
      @Nullable String parameter,
      @Nullable String code,
      @Nullable String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.code = code;
  }

  /** A 400 about one field. */
  public static ApiException badField(String field, String message) {
    return new ApiException(HttpStatus.BAD_REQUEST, "invalid_request_error", field, null, message);
  }

  /** A 400 about the whole body. */
  public static ApiException badRequest(String message) {
    return new ApiException(HttpStatus.BAD_REQUEST, "invalid_request_error", null, null, message);
  }

  public HttpStatus status() {
    return status;
  }

  public String type() {
    return type;
  }

  public @Nullable String parameter() {
    return parameter;
  }

  public @Nullable String code() {
    return code;
  }
}
