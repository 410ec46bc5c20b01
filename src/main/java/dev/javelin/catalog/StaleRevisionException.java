package dev.javelin.catalog;

/** Somebody else changed the row first. */
public final class StaleRevisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long current;

  private final String name;

  StaleRevisionException(String what, String name, long current) {
    super("the %s '%s' was changed meanwhile; it is at revision %d".formatted(what, name, current));
    this.name = name;
    this.current = current;
  }

  /** What the message says. */
  public Wording wording() {
    return Wording.of("stale", name);
  }

  public long current() {
    return current;
  }
}
