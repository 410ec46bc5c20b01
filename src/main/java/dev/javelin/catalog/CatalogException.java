package dev.javelin.catalog;

import org.jspecify.annotations.Nullable;

/** The catalog cannot do what was asked. */
public final class CatalogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal it is. */
  public enum Reason {
    /** What was given cannot be stored. */
    INVALID,
    NOT_FOUND,
    ALREADY_EXISTS,
    IN_USE,
    /** Something else has to be done first. */
    CONFLICT
  }

  private final Reason reason;
  private final @Nullable String field;
  private final transient @Nullable Wording wording;

  private CatalogException(
      Reason reason, @Nullable String field, String message, @Nullable Wording wording) {
    super(message);
    this.reason = reason;
    this.field = field;
    this.wording = wording;
  }

  public CatalogException(Reason reason, String message) {
    this(reason, null, message, null);
  }

  public CatalogException(Reason reason, String message, Wording wording) {
    this(reason, null, message, wording);
  }

  /**
   * @param field at fault, as the caller's parameter and the API have it
   */
  public static CatalogException invalid(String field, String message, Wording wording) {
    return new CatalogException(Reason.INVALID, field, message, wording);
  }

  public static CatalogException notFound(String what, Object name) {
    return new CatalogException(
        Reason.NOT_FOUND,
        null,
        "there is no %s '%s'".formatted(what, name),
        Wording.of("absent-" + what.replace(' ', '-'), name));
  }

  /** Something is called {@code name} already. */
  public static CatalogException nameTaken(String what, String name) {
    return new CatalogException(
        Reason.ALREADY_EXISTS,
        "name",
        "there is a %s '%s' already".formatted(what, name),
        Wording.of("taken-" + what, name));
  }

  public Reason reason() {
    return reason;
  }

  /** What the message says; null if it is said in English alone. */
  public @Nullable Wording wording() {
    return wording;
  }

  /** The field at fault; null if it is none, or more than one. */
  public @Nullable String field() {
    return field;
  }
}
