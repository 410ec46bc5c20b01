package dev.javelin.backend.cuda.driver;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Host memory that the device copies from and to by itself. At most 2 GiB. */
public final class PinnedMemory implements AutoCloseable {
  private static final class Handle extends Pointer {
    long address() {
      return getNativePointer();
    }
  }

  private final Handle handle = new Handle();
  private final MemorySegment segment;

  public PinnedMemory(long bytes) {
    Driver.check(JCudaDriver.cuMemHostAlloc(handle, bytes, 0), "cuMemHostAlloc");
    segment = MemorySegment.ofAddress(handle.address()).reinterpret(bytes);
  }

  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    JCudaDriver.cuMemFreeHost(handle);
  }
}
