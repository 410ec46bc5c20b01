package dev.javelin.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Copies that a stream makes in its turn. Host memory is pinned and stays untouched meanwhile. */
public final class Copies {
  private static final MethodHandle TO_DEVICE =
      Driver.function(
          "cuMemcpyHtoDAsync_v2",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle TO_HOST =
      Driver.function(
          "cuMemcpyDtoHAsync_v2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FILL =
      Driver.function(
          "cuMemsetD8Async",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG));

  private Copies() {}

  public static void toDevice(long target, MemorySegment source, long bytes, CudaStream stream) {
    int result;
    try {
      result = (int) TO_DEVICE.invokeExact(target, source, bytes, stream.address());
    } catch (Throwable e) {
      throw Driver.unexpected("cuMemcpyHtoDAsync", e);
    }
    Driver.check(result, "cuMemcpyHtoDAsync");
  }

  public static void toHost(MemorySegment target, long source, long bytes, CudaStream stream) {
    int result;
    try {
      result = (int) TO_HOST.invokeExact(target, source, bytes, stream.address());
    } catch (Throwable e) {
      throw Driver.unexpected("cuMemcpyDtoHAsync", e);
    }
    Driver.check(result, "cuMemcpyDtoHAsync");
  }

  public static void fill(long target, byte value, long bytes, CudaStream stream) {
    int result;
    try {
      result = (int) FILL.invokeExact(target, value, bytes, stream.address());
    } catch (Throwable e) {
      throw Driver.unexpected("cuMemsetD8Async", e);
    }
    Driver.check(result, "cuMemsetD8Async");
  }
}
