package dev.javelin.service;

import dev.javelin.catalog.CatalogException;
import dev.javelin.catalog.DatabaseAway;
import dev.javelin.catalog.StaleRevisionException;
import dev.javelin.catalog.Wording;
import dev.javelin.engine.request.EngineException;
import dev.javelin.security.QuotaExceededException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused or failed, as <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC
 * 9457</a> has it.
 *
 * @param errors the fields at fault, empty if none is
 * @param more further members, such as {@code requiredBytes}
 * @param wording what the detail says; null if it is said in English alone
 */
public record Problem(
    Type type,
    String detail,
    List<FieldError> errors,
    Map<String, Object> more,
    @Nullable Wording wording) {
  public Problem {
    errors = List.copyOf(errors);
    more = Map.copyOf(more);
  }

  public Problem(Type type, String detail, List<FieldError> errors, Map<String, Object> more) {
    this(type, detail, errors, more, null);
  }

  /**
   * @param pointer to the field in the request's body, as RFC 6901 has it
   */
  public record FieldError(String pointer, String detail) {}

  /** Every kind there is; names and statuses are kept stable. */
  public enum Type {
    INVALID_REQUEST(400, "The request is not valid"),
    KEY_MISSING(401, "Who you are is not known"),
    KEY_INVALID(401, "The key or the password is not valid"),
    ROLE_TOO_LOW(403, "You may not do this"),
    MODEL_NOT_ALLOWED(403, "You may not use this model"),
    PASSWORD_CHANGE_REQUIRED(403, "The one-time password must be changed first"),
    CSRF_TOKEN_INVALID(403, "The page's token is missing or wrong"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "This cannot be done here"),
    NOT_ACCEPTABLE(406, "No such form of answer"),
    ALREADY_EXISTS(409, "It exists already"),
    IN_USE(409, "It is in use"),
    CONFLICT(409, "It cannot be done now"),
    INSUFFICIENT_MEMORY(409, "It does not fit into memory"),
    FILES_CHANGED(409, "The version's files are not what was registered"),
    PRECONDITION_FAILED(412, "Somebody else changed it"),
    CONTENT_TOO_LARGE(413, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body has the wrong form"),
    RANGE_NOT_SATISFIABLE(416, "These are not the bytes that are missing"),
    CHECKSUM_MISMATCH(422, "The file is not what was announced"),
    INVALID_MODEL(422, "The model cannot be used"),
    KEY_REUSED(422, "The idempotency key belongs to another request"),
    PRECONDITION_REQUIRED(428, "If-Match is required"),
    RATE_LIMITED(429, "A limit does not allow it now"),
    QUOTA_EXCEEDED(507, "The store is full"),
    HUB_FAILED(502, "The hub does not deliver"),
    CANCELLED(409, "It was cancelled"),
    INTERRUPTED(503, "The server ended"),
    UNAVAILABLE(503, "It cannot be done now, but later"),
    INTERNAL(500, "Internal error");

    private final int status;
    private final String title;

    Type(int status, String title) {
      this.status = status;
      this.title = title;
    }

    public int status() {
      return status;
    }

    /** {@code urn:javelin:problem:insufficient-memory}. */
    public String urn() {
      return "urn:javelin:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public static Problem of(Type type, @Nullable String detail) {
    return new Problem(type, String.valueOf(detail), List.of(), Map.of());
  }

  public static Problem ofField(String pointer, String detail) {
    return new Problem(
        Type.INVALID_REQUEST, detail, List.of(new FieldError(pointer, detail)), Map.of());
  }

  /** The same, with what its detail says apart from the language; see {@link Wording}. */
  public Problem said(String code, @Nullable Object... arguments) {
    return said(Wording.of(code, arguments));
  }

  private Problem said(@Nullable Wording what) {
    return new Problem(type, detail, errors, more, what);
  }

  /** The members of the JSON object. */
  public Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", type.urn());
    body.put("title", type.title);
    body.put("status", type.status);
    body.put("detail", detail);
    if (wording != null) {
      body.put("code", wording.code());
      body.put("arguments", wording.arguments());
    }
    if (!errors.isEmpty()) {
      body.put("errors", errors);
    }
    body.putAll(more);
    return body;
  }

  /** What a failure amounts to. */
  public static Problem from(Throwable failure) {
    return switch (failure) {
      case ProblemException problem -> problem.problem();
      case CatalogException refused -> from(refused);
      case ModelLoadingException loading -> from(loading);
      case QuotaExceededException quota ->
          new Problem(
              Type.RATE_LIMITED,
              String.valueOf(quota.getMessage()),
              List.of(),
              Map.of("quota", quota.quota().word()));
      case StaleRevisionException stale ->
          of(Type.PRECONDITION_FAILED, stale.getMessage()).said(stale.wording());
      case EngineException engine -> from(engine);
      case RuntimeException lost when DatabaseAway.is(lost) ->
          of(Type.UNAVAILABLE, "the database does not answer; try again").said("database-away");
      default -> of(Type.INTERNAL, "internal error; the log has more");
    };
  }

  private static Problem from(CatalogException refused) {
    Type type =
        switch (refused.reason()) {
          case INVALID -> Type.INVALID_REQUEST;
          case NOT_FOUND -> Type.NOT_FOUND;
          case ALREADY_EXISTS -> Type.ALREADY_EXISTS;
          case IN_USE -> Type.IN_USE;
          case CONFLICT -> Type.CONFLICT;
        };
    String detail = String.valueOf(refused.getMessage());
    String field = refused.field();
    return new Problem(
        type,
        detail,
        field == null ? List.of() : List.of(new FieldError("/" + field, detail)),
        Map.of(),
        refused.wording());
  }

  private static Problem from(ModelLoadingException loading) {
    Map<String, Object> progress = new LinkedHashMap<>();
    progress.put("stage", loading.stage());
    progress.put("progress", loading.progress());
    return new Problem(
        Type.UNAVAILABLE,
        String.valueOf(loading.getMessage()),
        List.of(),
        Map.of("loading", progress));
  }

  private static Problem from(EngineException failure) {
    String detail = String.valueOf(failure.getMessage());
    String field = failure.parameter();
    return switch (failure.code()) {
      case INVALID_REQUEST, CONTEXT_LENGTH_EXCEEDED, STRUCTURED_OUTPUT_FAILED, NO_TOKEN_ALLOWED ->
          field == null
              ? of(Type.INVALID_REQUEST, detail)
              : ofField("/" + field.replace('.', '/'), detail);
      case MODEL_NOT_FOUND -> of(Type.NOT_FOUND, detail);
      case INVALID_MODEL_FILE, UNSUPPORTED_MODEL -> of(Type.INVALID_MODEL, detail);
      case INSUFFICIENT_MEMORY -> of(Type.INSUFFICIENT_MEMORY, detail);
      case QUEUE_FULL,
          MODEL_LOADING,
          SHUTTING_DOWN,
          DEADLINE_EXCEEDED,
          ENGINE_RESTARTED,
          ENGINE_FAILED ->
          of(Type.UNAVAILABLE, detail);
      case STEP_FAILED, NUMERICAL_ERROR, INTERNAL ->
          of(Type.INTERNAL, "internal error; the log has more");
    };
  }
}
