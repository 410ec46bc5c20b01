package dev.javelin.security;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Why a request is turned away before any handler sees it; the message is for the caller. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the caller can do about it. */
  public enum Reason {
    /** Say who they are. */
    KEY_MISSING(HttpStatus.UNAUTHORIZED),
    /** Use a key or a password that is right and still valid. */
    KEY_INVALID(HttpStatus.UNAUTHORIZED),
    /** Ask an administrator for more. */
    ROLE_TOO_LOW(HttpStatus.FORBIDDEN),
    /** Call another model, or with another key. */
    MODEL_NOT_ALLOWED(HttpStatus.FORBIDDEN),
    /** Change the one-time password. */
    PASSWORD_CHANGE_REQUIRED(HttpStatus.FORBIDDEN),
    /** Send the token of the page's cookie. */
    CSRF_TOKEN_INVALID(HttpStatus.FORBIDDEN);

    private final HttpStatus status;

    Reason(HttpStatus status) {
      this.status = status;
    }

    public HttpStatus status() {
      return status;
    }

    /** As in {@code role_too_low}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;
  private final @Nullable Access needed;

  public Refusal(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * @param needed what would be enough; null if more of it would not help
   */
  Refusal(Reason reason, String message, @Nullable Access needed) {
    super(message, null, false, false);
    this.reason = reason;
    this.needed = needed;
  }

  /** What would be enough; null if more of it would not help. */
  public @Nullable Access needed() {
    return needed;
  }

  public Reason reason() {
    return reason;
  }
}
