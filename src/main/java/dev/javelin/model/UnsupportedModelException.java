package dev.javelin.model;

/**
 * A model that cannot be served: an unknown architecture, a configuration with a missing or absurd
 * value, or weights that do not fit their configuration. The message names the key or tensor, what
 * was given and what is allowed.
 */
public final class UnsupportedModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedModelException(String message) {
    super(message);
  }
}
