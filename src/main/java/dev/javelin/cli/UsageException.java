package dev.javelin.cli;

/** A command line that cannot be understood; the message says what is allowed. Exit code 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
