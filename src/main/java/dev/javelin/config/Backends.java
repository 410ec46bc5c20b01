package dev.javelin.config;

import dev.javelin.backend.Backend;
import dev.javelin.backend.DeviceCosts;
import dev.javelin.backend.DeviceTimes;
import dev.javelin.backend.OutOfDeviceMemoryException;
import dev.javelin.backend.cpu.CpuBackend;
import dev.javelin.backend.cpu.CpuCosts;
import dev.javelin.backend.cuda.CudaBackend;
import dev.javelin.backend.cuda.CudaCosts;
import dev.javelin.backend.cuda.CudaOptions;
import dev.javelin.backend.cuda.CudaProbe;
import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.CudaUnavailableException;
import dev.javelin.engine.CheckpointPlanner;
import dev.javelin.engine.EngineFactory;
import dev.javelin.engine.LoadPlanner;
import dev.javelin.engine.request.EngineException;
import dev.javelin.engine.request.ErrorCode;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The only place that names a concrete backend. One device serves all models of a process. */
public final class Backends {
  private static final double GIBIBYTE = 1L << 30;

  private final EngineFactory engines;
  private final DeviceCosts costs;
  private final String description;

  private Backends(EngineFactory engines, DeviceCosts costs, String description) {
    this.engines = engines;
    this.costs = costs;
    this.description = description;
  }

  /** Where models are computed. AUTO: on the GPU if there is one that can be used. */
  public enum Device {
    AUTO,
    CPU,
    CUDA
  }

  /** Something found out about the GPU, for a person. */
  public record Fact(String label, String value) {}

  /**
   * @param home the installation's folder, which holds the compiled kernels
   * @throws StartupException if the GPU was asked for and cannot be used
   */
  public static Backends choose(Device device, Path home) {
    return choose(device, home, null);
  }

  /**
   * @param times hears what a GPU spends its time on; null: nobody asks
   * @throws StartupException if the GPU was asked for and cannot be used
   */
  public static Backends choose(Device device, Path home, @Nullable DeviceTimes times) {
    if (device == Device.CPU) {
      return cpu("computing on the CPU, as asked");
    }
    try {
      CudaOptions options = cudaOptions(home, times);
      CudaDevice gpu = CudaDevice.open(0);
      try {
        // Whatever is missing is found out now, not when a model is loaded.
        CudaBackend.create(gpu, options).close();
        if (times != null) {
          times.readBandwidth(CudaProbe.readBandwidth(gpu, options));
        }
      } catch (RuntimeException e) {
        gpu.close();
        throw e;
      }
      return new Backends(
          new EngineFactory(_ -> cuda(gpu, options)),
          new CudaCosts(gpu),
          "computing on the GPU, " + gpu.name());
    } catch (CudaUnavailableException | OutOfDeviceMemoryException e) {
      if (device == Device.CUDA) {
        throw new StartupException(
            "the GPU was asked for, but %s; --device auto computes on the CPU then"
                .formatted(e.getMessage()),
            e);
      }
      return cpu("computing on the CPU: " + e.getMessage());
    }
  }

  private static Backend cuda(CudaDevice gpu, CudaOptions options) {
    try {
      return CudaBackend.create(gpu, options);
    } catch (CudaUnavailableException e) {
      throw new EngineException(ErrorCode.ENGINE_FAILED, String.valueOf(e.getMessage()), null, e);
    }
  }

  private static Backends cpu(String description) {
    return new Backends(new EngineFactory(CpuBackend::create), new CpuCosts(), description);
  }

  /** Opens models there. */
  public EngineFactory engines() {
    return engines;
  }

  /** Says what models would take of the memory there. */
  public LoadPlanner planner() {
    return new CheckpointPlanner(costs);
  }

  /** One plain sentence: what computes, and why not the GPU. */
  public String description() {
    return description;
  }

  /**
   * What there is to say of the GPU.
   *
   * @param measure whether its memory's speed is measured, which takes a gibibyte of it
   */
  public static List<Fact> gpu(Path home, boolean measure) {
    CudaOptions options = cudaOptions(home, null);
    List<Fact> facts = new ArrayList<>();
    try (CudaDevice device = CudaDevice.open(0)) {
      facts.add(new Fact("gpu", device.name()));
      facts.add(
          new Fact(
              "  compute capability",
              "%d.%d, %d multiprocessors"
                  .formatted(
                      device.capability() / 10,
                      device.capability() % 10,
                      device.multiprocessors())));
      facts.add(new Fact("  memory", memory(device)));
      facts.add(new Fact("  driver", "for CUDA " + device.driverVersion()));
      facts.add(new Fact("  cuBLASLt", CudaProbe.cublasLt(device, options)));
      if (measure) {
        double rate = CudaProbe.readBandwidth(device, options);
        facts.add(
            new Fact("  read bandwidth", String.format(Locale.ROOT, "%.0f GB/s", rate / 1e9)));
      }
    } catch (CudaUnavailableException | OutOfDeviceMemoryException e) {
      facts.add(new Fact(facts.isEmpty() ? "gpu" : "  NOT USED", String.valueOf(e.getMessage())));
    }
    return facts;
  }

  private static String memory(CudaDevice device) {
    return String.format(
        Locale.ROOT,
        "%.1f GiB, %.1f GiB free",
        device.totalBytes() / GIBIBYTE,
        device.freeBytes() / GIBIBYTE);
  }

  private static CudaOptions cudaOptions(Path home, @Nullable DeviceTimes times) {
    List<Path> libraries = new ArrayList<>();
    addAll(libraries, System.getenv("JAVELIN_CUDA_LIBRARIES"));
    String cudaHome = System.getenv("CUDA_HOME");
    if (cudaHome != null) {
      libraries.add(Path.of(cudaHome, "lib64"));
    }
    libraries.add(Path.of("/usr/local/cuda/lib64"));
    return new CudaOptions(home.resolve("native-kernels/build/cuda"), libraries, true, times);
  }

  private static void addAll(List<Path> folders, @Nullable String path) {
    if (path != null) {
      for (String folder : path.split(File.pathSeparator)) {
        folders.add(Path.of(folder));
      }
    }
  }
}
