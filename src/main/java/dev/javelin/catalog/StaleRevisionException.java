package dev.javelin.catalog;

/** Somebody else changed the row first. */
public final class StaleRevisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long current;

  StaleRevisionException(String what, long current) {
    super("%s was changed meanwhile; it is at revision %d".formatted(what, current));
    this.current = current;
  }

  public long current() {
    return current;
  }
}
