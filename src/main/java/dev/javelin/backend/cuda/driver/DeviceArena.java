package dev.javelin.backend.cuda.driver;

import dev.javelin.backend.OutOfDeviceMemoryException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * What one backend holds on its device. Small pieces share chunks; all of it is freed at once by
 * {@link #close}, and whole allocations one by one by {@link #free}.
 */
public final class DeviceArena implements AutoCloseable {
  private static final class Handle extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }

  /** Device addresses are multiples of this, as vector and bulk loads want them. */
  public static final int ALIGNMENT = 256;

  private static final long CHUNK = 2L << 20;
  private static final double GIBIBYTE = 1L << 30;

  private record Allocation(Handle handle, long bytes) {}

  private final CudaDevice device;
  private final Map<Long, Allocation> allocations = new HashMap<>();
  private long held;
  private long chunk;
  private long chunkUsed = CHUNK;

  public DeviceArena(CudaDevice device) {
    this.device = device;
  }

  /**
   * @return the address of {@code bytes} bytes of undefined content
   * @throws OutOfDeviceMemoryException saying what is held, asked for and free
   */
  public synchronized long allocate(long bytes, String purpose) {
    long rounded = Math.max(ALIGNMENT, Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT);
    if (rounded > CHUNK / 2) {
      return whole(rounded, purpose);
    }
    if (chunkUsed + rounded > CHUNK) {
      chunk = whole(CHUNK, purpose);
      chunkUsed = 0;
    }
    long address = chunk + chunkUsed;
    chunkUsed += rounded;
    return address;
  }

  private long whole(long bytes, String purpose) {
    Handle handle = new Handle();
    int result = JCudaDriver.cuMemAlloc(handle, bytes);
    if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(
          String.format(
              Locale.ROOT,
              "%s needs %.2f GiB on %s for %s, which has %.2f GiB free of %.2f; this model holds %.2f GiB so far: free the device, take a smaller model, a shorter context or fewer sequences",
              "the load",
              bytes / GIBIBYTE,
              device.name(),
              purpose,
              device.freeBytes() / GIBIBYTE,
              device.totalBytes() / GIBIBYTE,
              held / GIBIBYTE));
    }
    Driver.check(result, "cuMemAlloc");
    allocations.put(handle.address(), new Allocation(handle, bytes));
    held += bytes;
    return handle.address();
  }

  /** Frees one allocation of more than a mebibyte. What still uses it must have ended. */
  public synchronized void free(long address) {
    Allocation allocation = allocations.remove(address);
    if (allocation == null) {
      return;
    }
    Driver.check(JCudaDriver.cuMemFree(allocation.handle()), "cuMemFree");
    held -= allocation.bytes();
  }

  public synchronized long heldBytes() {
    return held;
  }

  @Override
  public synchronized void close() {
    for (Allocation allocation : allocations.values()) {
      JCudaDriver.cuMemFree(allocation.handle());
    }
    allocations.clear();
    held = 0;
    chunkUsed = CHUNK;
  }
}
