package dev.javelin.api;

import dev.javelin.catalog.DatabaseAway;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import dev.javelin.security.QuotaExceededException;
import dev.javelin.security.Refusal;
import dev.javelin.service.ModelLoadingException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** From failures to what callers see of them. */
public final class ApiErrors {
  private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);
  private static final String INVALID = "invalid_request_error";

  private ApiErrors() {}

  /** The refusal a failure amounts to; what is our fault is logged and told only by request id. */
  public static ApiException from(Throwable failure, String requestId) {
    return switch (failure) {
      case ApiException api -> api;
      case EngineException engine -> from(engine, requestId);
      case Refusal refusal -> from(refusal);
      case QuotaExceededException quota ->
          new ApiException(
              HttpStatus.TOO_MANY_REQUESTS,
              "rate_limit_error",
              null,
              quota.quota().word() + "_exceeded",
              quota.getMessage());
      case ModelLoadingException loading -> ApiException.loading(loading);
      case DataBufferLimitException limit ->
          new ApiException(
              HttpStatus.CONTENT_TOO_LARGE,
              INVALID,
              null,
              "request_too_large",
              "the request body is too large: " + limit.getMessage());
      case JacksonException json -> ApiException.badRequest(malformed(json));
      case TimeoutException _ ->
          new ApiException(
              HttpStatus.REQUEST_TIMEOUT,
              INVALID,
              null,
              "request_timeout",
              "the request body did not arrive in time");
      case MethodNotAllowedException method ->
          new ApiException(
              HttpStatus.METHOD_NOT_ALLOWED,
              INVALID,
              null,
              "method_not_allowed",
              "%s is not allowed here; allowed: %s"
                  .formatted(method.getHttpMethod(), method.getSupportedMethods()));
      case UnsupportedMediaTypeStatusException encoded ->
          new ApiException(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE,
              INVALID,
              null,
              "unsupported_media_type",
              encoded.getSupportedMediaTypes().isEmpty()
                  ? encoded.getReason()
                  : "send the body as Content-Type: application/json");
      case ResponseStatusException status when status.getStatusCode().is4xxClientError() ->
          new ApiException(
              HttpStatus.valueOf(status.getStatusCode().value()),
              INVALID,
              null,
              status.getStatusCode().value() == 404 ? "not_found" : null,
              status.getReason());
      case RuntimeException lost when DatabaseAway.is(lost) ->
          unavailable("database_unavailable", "the database does not answer; try again");
      default -> internal(requestId, failure, failure.toString());
    };
  }

  /** As {@link #from(Throwable, String)}, for a sequence that failed while it ran. */
  public static ApiException from(ErrorCode code, String message, String requestId) {
    return from(new EngineException(code, message), requestId);
  }

  private static ApiException from(Refusal refusal) {
    return switch (refusal.reason()) {
      case KEY_MISSING, KEY_INVALID ->
          new ApiException(
              refusal.reason().status(), INVALID, null, "invalid_api_key", refusal.getMessage());
      case ROLE_TOO_LOW, MODEL_NOT_ALLOWED, PASSWORD_CHANGE_REQUIRED, CSRF_TOKEN_INVALID ->
          new ApiException(
              refusal.reason().status(),
              "permission_error",
              refusal.reason() == Refusal.Reason.MODEL_NOT_ALLOWED ? "model" : null,
              refusal.reason().word(),
              refusal.getMessage());
    };
  }

  private static ApiException from(EngineException failure, String requestId) {
    String message = failure.getMessage();
    String field = failure.parameter();
    return switch (failure.code()) {
      case INVALID_REQUEST, INVALID_MODEL_FILE, UNSUPPORTED_MODEL ->
          new ApiException(HttpStatus.BAD_REQUEST, INVALID, field, null, message);
      case CONTEXT_LENGTH_EXCEEDED ->
          new ApiException(
              HttpStatus.BAD_REQUEST, INVALID, field, "context_length_exceeded", message);
      case STRUCTURED_OUTPUT_FAILED -> refused("structured_output_failed", message);
      case NO_TOKEN_ALLOWED -> refused("no_token_allowed", message);
      case MODEL_NOT_FOUND ->
          new ApiException(HttpStatus.NOT_FOUND, INVALID, "model", "model_not_found", message);
      case QUEUE_FULL ->
          new ApiException(
              HttpStatus.TOO_MANY_REQUESTS, "rate_limit_error", null, "queue_full", message);
      case INSUFFICIENT_MEMORY -> unavailable("insufficient_memory", message);
      case MODEL_LOADING -> unavailable("model_loading", message);
      case SHUTTING_DOWN -> unavailable("shutting_down", message);
      case DEADLINE_EXCEEDED -> unavailable("deadline_exceeded", message);
      case ENGINE_RESTARTED -> unavailable("engine_restarted", message);
      case ENGINE_FAILED -> unavailable("engine_failed", message);
      case STEP_FAILED -> failed("step_failed", message);
      case NUMERICAL_ERROR -> failed("numerical_error", message);
      case INTERNAL -> internal(requestId, failure, message);
    };
  }

  private static ApiException refused(String code, @Nullable String message) {
    return new ApiException(HttpStatus.BAD_REQUEST, INVALID, null, code, message);
  }

  private static ApiException unavailable(String code, @Nullable String message) {
    return new ApiException(HttpStatus.SERVICE_UNAVAILABLE, "server_error", null, code, message);
  }

  private static ApiException failed(String code, @Nullable String message) {
    return new ApiException(HttpStatus.INTERNAL_SERVER_ERROR, "server_error", null, code, message);
  }

  private static ApiException internal(
      String requestId, Throwable failure, @Nullable String message) {
    log.error("Request {} failed: {}", requestId, message, failure);
    return new ApiException(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "server_error",
        null,
        "internal_error",
        "internal error; the log has more under request id " + requestId);
  }

  private static String malformed(JacksonException failure) {
    var location = failure.getLocation();
    // What the library says of its own settings and sources helps nobody who sent the body.
    String reason =
        failure
            .getOriginalMessage()
            .replaceAll(
                "\\s*\\(start marker at \\[Source[^\\]]*\\]\\)|: enable `JsonReadFeature.*", "");
    return location == null || location.getLineNr() < 1
        ? "the body is not valid JSON: " + reason
        : "the body is not valid JSON: %s (line %d, column %d)"
            .formatted(reason, location.getLineNr(), location.getColumnNr());
  }

  /** {@code {"error":{message,type,param,code}}}, and {@code loading} while a model loads. */
  public static ObjectNode envelope(ApiException error) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error")
        .put("message", error.getMessage())
        .put("type", error.type())
        .put("param", error.parameter())
        .put("code", error.code());
    ModelLoadingException loading = error.loading();
    if (loading != null) {
      root.putObject("loading").put("stage", loading.stage()).put("progress", loading.progress());
    }
    return root;
  }
}
