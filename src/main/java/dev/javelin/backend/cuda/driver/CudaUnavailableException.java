package dev.javelin.backend.cuda.driver;

/** There is no GPU to compute on; the message says why in one plain sentence. */
public final class CudaUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CudaUnavailableException(String message) {
    super(message);
  }
}
