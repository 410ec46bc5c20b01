package dev.javelin.backend.cuda.driver;

/** A call of the driver or of cuBLASLt failed. */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int ILLEGAL_ADDRESS = 700;
  private static final int LAUNCH_TIMEOUT = 702;
  private static final int FIRST_KERNEL_FAULT = 714;
  private static final int LAST_KERNEL_FAULT = 719;

  private final int code;

  CudaException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** Whether the context is lost with everything in it: every later call fails the same way. */
  public boolean sticky() {
    return code == ILLEGAL_ADDRESS
        || code == LAUNCH_TIMEOUT
        || (code >= FIRST_KERNEL_FAULT && code <= LAST_KERNEL_FAULT);
  }
}
