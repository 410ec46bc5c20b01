package dev.javelin.catalog;

/** The catalog cannot do what was asked. */
public final class CatalogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal it is. */
  public enum Reason {
    NOT_FOUND,
    ALREADY_EXISTS,
    IN_USE
  }

  private final Reason reason;

  public CatalogException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public static CatalogException notFound(String what, Object name) {
    return new CatalogException(Reason.NOT_FOUND, "there is no %s '%s'".formatted(what, name));
  }

  public Reason reason() {
    return reason;
  }
}
