package dev.javelin.backend;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's heap. What native libraries free there, such as a tokenizer's megabytes of JSON,
 * glibc keeps for the thread that may want it again, and every load is a thread of its own.
 */
public final class NativeHeap {
  private static final Optional<MethodHandle> MALLOC_TRIM =
      Linker.nativeLinker()
          .defaultLookup()
          .find("malloc_trim")
          .map(
              address ->
                  Linker.nativeLinker()
                      .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, JAVA_LONG)));

  private NativeHeap() {}

  /**
   * Gives what is free back to the system: <a
   * href="https://man7.org/linux/man-pages/man3/malloc_trim.3.html">malloc_trim(3)</a>. Does
   * nothing with a C library that has no such function.
   */
  public static void trim() {
    MALLOC_TRIM.ifPresent(
        trim -> {
          try {
            int unused = (int) trim.invokeExact(0L);
          } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim", e);
          }
        });
  }
}
