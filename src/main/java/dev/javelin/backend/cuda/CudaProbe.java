package dev.javelin.backend.cuda;

import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CublasLt;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.CudaEvent;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;
import dev.javelin.backend.cuda.kernel.KernelModules;
import dev.javelin.backend.cuda.kernel.Launcher;
import dev.javelin.backend.cuda.kernel.ProbeKernels;
import java.util.Arrays;

/** What a device can do, found out by trying. */
public final class CudaProbe {
  private static final long BYTES = 1L << 30;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int WARM_UPS = 3;
  private static final int REPEATS = 20;

  private CudaProbe() {}

  /**
   * Bytes a second at which the device reads its memory, the median of twenty passes over a
   * gibibyte: what bounds decoding, which reads every weight for each token.
   *
   * @throws dev.javelin.backend.OutOfDeviceMemoryException if the gibibyte is not free
   * @throws dev.javelin.backend.cuda.driver.CudaUnavailableException if the kernels are not there
   */
  public static double readBandwidth(CudaDevice device, CudaOptions options) {
    device.makeCurrent();
    float[] millis = new float[REPEATS];
    try (KernelModules modules = new KernelModules(options.kernels(), device);
        CudaStream stream = new CudaStream();
        Launcher launcher = new Launcher(stream);
        DeviceArena memory = new DeviceArena(device);
        CudaEvent start = new CudaEvent(true);
        CudaEvent end = new CudaEvent(true)) {
      ProbeKernels kernels = new ProbeKernels(modules, launcher);
      long source = memory.allocate(BYTES, "a bandwidth test");
      long sink = memory.allocate(Integer.BYTES, "a bandwidth test");
      Copies.fill(source, (byte) 1, BYTES, stream);
      int blocks = BLOCKS_PER_MULTIPROCESSOR * device.multiprocessors();
      for (int repeat = -WARM_UPS; repeat < REPEATS; repeat++) {
        start.record(stream);
        kernels.read(sink, source, BYTES, blocks);
        end.record(stream);
        end.synchronize();
        if (repeat >= 0) {
          millis[repeat] = end.millisSince(start);
        }
      }
    }
    Arrays.sort(millis);
    return BYTES * 1e3 / millis[REPEATS / 2];
  }

  /** The version of the cuBLASLt that would be used, or what its absence means. */
  public static String cublasLt(CudaDevice device, CudaOptions options) {
    device.makeCurrent();
    try (CudaStream stream = new CudaStream();
        DeviceArena memory = new DeviceArena(device)) {
      return CublasLt.find(options.libraries(), stream, memory)
          .map(
              library -> {
                try (library) {
                  return library.version();
                }
              })
          .orElse("not found: prompts will be SLOW; pip install nvidia-cublas");
    }
  }
}
