package dev.javelin.backend.cuda.driver;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** One GPU and the context that this process shares on it. Thread-safe. */
public final class CudaDevice implements AutoCloseable {
  private static final int OLDEST_DRIVER = 12_000;
  private static final int OLDEST_CAPABILITY = 80;
  private static final int BUS_ID_BYTES = 32;

  private final CUdevice device;
  private final CUcontext context;
  private final String name;
  private final int capability;
  private final int driverVersion;

  private CudaDevice(
      CUdevice device, CUcontext context, String name, int capability, int driverVersion) {
    this.device = device;
    this.context = context;
    this.name = name;
    this.capability = capability;
    this.driverVersion = driverVersion;
  }

  /**
   * The GPU of that number, with a context retained.
   *
   * @throws CudaUnavailableException if there is none that Javelin can use, saying why
   */
  public static CudaDevice open(int ordinal) {
    int driverVersion = initialise();
    int[] count = new int[1];
    require(JCudaDriver.cuDeviceGetCount(count), "the GPUs cannot be counted");
    if (ordinal >= count[0]) {
      throw new CudaUnavailableException(
          count[0] == 0
              ? "the NVIDIA driver sees no GPU"
              : "GPU %d was asked for, the driver sees %d".formatted(ordinal, count[0]));
    }
    CUdevice device = new CUdevice();
    require(JCudaDriver.cuDeviceGet(device, ordinal), "GPU %d cannot be opened".formatted(ordinal));
    byte[] text = new byte[256];
    require(JCudaDriver.cuDeviceGetName(text, text.length, device), "the GPU has no name");
    String name = new String(text, StandardCharsets.UTF_8);
    name = name.substring(0, name.indexOf('\0'));
    int capability =
        10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    if (capability < OLDEST_CAPABILITY) {
      throw new CudaUnavailableException(
          "%s has compute capability %d.%d; the kernels need %d.%d or newer"
              .formatted(
                  name,
                  capability / 10,
                  capability % 10,
                  OLDEST_CAPABILITY / 10,
                  OLDEST_CAPABILITY % 10));
    }
    CudaDevice opened =
        new CudaDevice(device, retain(device, name), name, capability, driverVersion);
    opened.makeCurrent();
    return opened;
  }

  private static CUcontext retain(CUdevice device, String name) {
    CUcontext context = new CUcontext();
    int retained = JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    if (retained == CUresult.CUDA_ERROR_OUT_OF_MEMORY
        || retained == CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE) {
      throw new CudaUnavailableException(
          "%s is in use by another process, which leaves no room or keeps it to itself"
              .formatted(name));
    }
    require(retained, "%s cannot be used".formatted(name));
    return context;
  }

  /**
   * @throws CudaUnavailableException if a fault of a kernel has cost the context: CUDA gives a
   *     process no other one
   */
  public void requireIntact() {
    makeCurrent();
    int result = JCudaDriver.cuCtxSynchronize();
    if (result != CUresult.CUDA_SUCCESS) {
      throw new CudaUnavailableException(
          "a kernel's fault (%s) has cost this process the GPU: restart the server to use it again"
              .formatted(CUresult.stringFor(result)));
    }
  }

  private static int initialise() {
    if (!Driver.present()) {
      throw new CudaUnavailableException(
          "no NVIDIA driver is installed (%s was not found)".formatted(Driver.LIBRARY));
    }
    try {
      JCudaDriver.setExceptionsEnabled(false);
      int result = JCudaDriver.cuInit(0);
      if (result == CUresult.CUDA_ERROR_NO_DEVICE) {
        throw new CudaUnavailableException("the NVIDIA driver sees no GPU");
      }
      require(result, "the NVIDIA driver does not start");
      int[] version = new int[1];
      require(JCudaDriver.cuDriverGetVersion(version), "the NVIDIA driver has no version");
      if (version[0] < OLDEST_DRIVER) {
        throw new CudaUnavailableException(
            "the NVIDIA driver is too old: it supports CUDA %s, %s or newer is needed"
                .formatted(version(version[0]), version(OLDEST_DRIVER)));
      }
      return version[0];
    } catch (LinkageError e) {
      throw new CudaUnavailableException(
          "JCuda's native library cannot be loaded (%s)".formatted(e.getMessage()));
    }
  }

  private static void require(int result, String sentence) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new CudaUnavailableException("%s: %s".formatted(sentence, CUresult.stringFor(result)));
    }
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    require(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "an attribute cannot be read");
    return value[0];
  }

  private static String version(int number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  /**
   * Makes this device's context the calling thread's. A virtual thread may move to another carrier
   * whenever it waits, so it calls this before every group of driver calls.
   */
  public void makeCurrent() {
    Driver.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  public String name() {
    return name;
  }

  /**
   * Where it is on the machine's buses, as in {@code 0000:65:00.0}: what other programs call it.
   */
  public String busId() {
    String[] text = new String[1];
    Driver.check(
        JCudaDriver.cuDeviceGetPCIBusId(text, BUS_ID_BYTES, device), "cuDeviceGetPCIBusId");
    return text[0];
  }

  /** Compute capability, 90 for 9.0. */
  public int capability() {
    return capability;
  }

  /** Newest CUDA that the driver supports, as in "13.0". */
  public String driverVersion() {
    return version(driverVersion);
  }

  public int multiprocessors() {
    return attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  }

  /** Most dynamic shared memory that one block may ask for. */
  public int sharedBytesPerBlock() {
    return attribute(
        device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  }

  /** What is free on the device, whoever uses the rest. */
  public long freeBytes() {
    return memory()[0];
  }

  public long totalBytes() {
    return memory()[1];
  }

  private long[] memory() {
    makeCurrent();
    long[] free = new long[1];
    long[] total = new long[1];
    Driver.check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
    return new long[] {free[0], total[0]};
  }

  /** Gives the context back. After a sticky error the next {@link #open} starts from a new one. */
  @Override
  public void close() {
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }
}
