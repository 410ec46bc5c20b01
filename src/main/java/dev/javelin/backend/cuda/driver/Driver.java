package dev.javelin.backend.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The driver's library: its symbols, and its results turned into exceptions. */
public final class Driver {
  static final String LIBRARY = "libcuda.so.1";

  private Driver() {}

  static boolean present() {
    try {
      lookup();
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static SymbolLookup lookup() {
    return SymbolLookup.libraryLookup(LIBRARY, Arena.global());
  }

  /**
   * A function of the driver.
   *
   * @throws CudaUnavailableException if this driver has none of that name
   */
  public static MethodHandle function(String symbol, FunctionDescriptor descriptor) {
    return lookup()
        .find(symbol)
        .map(address -> Linker.nativeLinker().downcallHandle(address, descriptor))
        .orElseThrow(
            () ->
                new CudaUnavailableException(
                    "the NVIDIA driver has no %s: it is too old; CUDA 12 or newer is needed"
                        .formatted(symbol)));
  }

  /**
   * @throws CudaException unless {@code result} is success
   */
  public static void check(int result, String call) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw failure(result, call);
    }
  }

  static CudaException failure(int result, String call) {
    String[] text = new String[1];
    JCudaDriver.cuGetErrorString(result, text);
    return new CudaException(
        result, "%s failed: %s (%s)".formatted(call, CUresult.stringFor(result), text[0]));
  }

  /** A downcall throws nothing of its own: whatever comes out of it is a fault of this program. */
  public static IllegalStateException unexpected(String call, Throwable thrown) {
    return new IllegalStateException(call + " could not be called", thrown);
  }
}
