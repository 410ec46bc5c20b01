package dev.javelin.backend.cuda.kernel;

import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.CudaUnavailableException;
import dev.javelin.backend.cuda.driver.Driver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The compiled families of kernels, loaded into a device's context. */
public final class KernelModules implements AutoCloseable {
  private final Map<String, CUmodule> modules = new HashMap<>();

  /**
   * @param folder holds a {@code <family>.fatbin} for each family of the catalog
   * @throws CudaUnavailableException if one is missing or has no code for this device
   */
  public KernelModules(Path folder, CudaDevice device) {
    try {
      for (KernelSignature signature : KernelCatalog.signatures()) {
        if (!modules.containsKey(signature.family())) {
          modules.put(signature.family(), load(folder, signature.family(), device));
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static CUmodule load(Path folder, String family, CudaDevice device) {
    Path file = folder.resolve(family + ".fatbin");
    if (!Files.exists(file)) {
      throw new CudaUnavailableException(
          "the CUDA kernels are not compiled (%s is missing): run ./javelin build".formatted(file));
    }
    CUmodule module = new CUmodule();
    try {
      int result = JCudaDriver.cuModuleLoadData(module, Files.readAllBytes(file));
      if (result == CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU
          || result == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
        throw new CudaUnavailableException(
            "%s has no code for %s (compute capability %d.%d)"
                .formatted(
                    file, device.name(), device.capability() / 10, device.capability() % 10));
      }
      Driver.check(result, "loading " + file);
      return module;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param sharedBytes dynamic shared memory of a block
   * @param programmatic whether it waits for its predecessor by itself (griddepcontrol), which it
   *     must then do in every block
   */
  KernelFunction function(KernelSignature signature, int sharedBytes, boolean programmatic) {
    CUmodule module = modules.get(signature.family());
    if (module == null) {
      throw new IllegalArgumentException("%s is not in the catalog".formatted(signature));
    }
    KernelFunction.Handle handle = new KernelFunction.Handle();
    Driver.check(
        JCudaDriver.cuModuleGetFunction(handle, module, signature.symbol()),
        "finding " + signature.symbol());
    return new KernelFunction(signature, handle, sharedBytes, programmatic);
  }

  KernelFunction function(KernelSignature signature) {
    return function(signature, 0, false);
  }

  @Override
  public void close() {
    modules.values().forEach(JCudaDriver::cuModuleUnload);
    modules.clear();
  }
}
