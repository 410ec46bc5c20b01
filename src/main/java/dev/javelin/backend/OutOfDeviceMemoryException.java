package dev.javelin.backend;

/** A device has not the memory asked for; the message says what is held, asked for and free. */
public final class OutOfDeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutOfDeviceMemoryException(String message) {
    super(message);
  }
}
