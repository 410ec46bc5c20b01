package dev.javelin.api;

import dev.javelin.service.ModelLoadingException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A refusal with everything its error envelope says. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final HttpStatus status;
  private final String type;
  private final @Nullable String parameter;
  private final @Nullable String code;
  private final @Nullable ModelLoadingException loading;

  public ApiException(
      HttpStatus status,
      String type,
      @Nullable String parameter,
      @Nullable String code,
      @Nullable String message) {
    this(status, type, parameter, code, message, null);
  }

  private ApiException(
      HttpStatus status,
      String type,
      @Nullable String parameter,
      @Nullable String code,
      @Nullable String message,
      @Nullable ModelLoadingException loading) {
    super(message, null, false, false);
    this.loading = loading;
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

  /** A 503 that says how far the model is. */
  static ApiException loading(ModelLoadingException loading) {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE,
        "server_error",
        null,
        "model_loading",
        loading.getMessage(),
        loading);
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

  /** How far the model is that was called, if that is why. */
  @Nullable ModelLoadingException loading() {
    return loading;
  }
}
