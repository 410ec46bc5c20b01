package dev.javelin.api.admin;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A refusal of the management API, told as <a href="https://www.rfc-editor.org/rfc/rfc9457">problem
 * details</a>.
 */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final HttpStatus status;
  private final String type;
  private final @Nullable String pointer;

  /**
   * @param type a stable word, as in {@code not-found}
   * @param detail what was given, what is allowed, what to do
   * @param pointer the field at fault as a JSON pointer; null if none is
   */
  Problem(HttpStatus status, String type, String detail, @Nullable String pointer) {
    super(detail, null, false, false);
    this.status = status;
    this.type = type;
    this.pointer = pointer;
  }

  static Problem notFound(String detail) {
    return new Problem(HttpStatus.NOT_FOUND, "not-found", detail, null);
  }

  static Problem invalid(String detail) {
    return new Problem(HttpStatus.BAD_REQUEST, "invalid-request", detail, null);
  }

  HttpStatus status() {
    return status;
  }

  String type() {
    return type;
  }

  @Nullable String pointer() {
    return pointer;
  }
}
