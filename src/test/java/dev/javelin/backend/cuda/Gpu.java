package dev.javelin.backend.cuda;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.javelin.backend.cuda.driver.CudaDevice;
import dev.javelin.backend.cuda.driver.CudaUnavailableException;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The GPU of this machine; a test that needs one skips loudly without it. */
public final class Gpu {
  private static @Nullable CudaDevice device;

  private Gpu() {}

  /** One device for all tests of this JVM. */
  public static synchronized CudaDevice device() {
    if (device == null) {
      try {
        device = CudaDevice.open(0);
      } catch (CudaUnavailableException e) {
        System.out.println("SKIPPED: " + e.getMessage());
        abort(e.getMessage());
      }
    }
    return device;
  }

  public static CudaBackend backend(boolean graphs) {
    return CudaBackend.create(device(), options(graphs));
  }

  /** JAVELIN_CUDA_LIBRARIES names folders to look for cuBLASLt in. */
  static CudaOptions options(boolean graphs) {
    String folders = System.getenv("JAVELIN_CUDA_LIBRARIES");
    List<Path> libraries =
        folders == null
            ? List.of()
            : Arrays.stream(folders.split(File.pathSeparator)).map(Path::of).toList();
    return new CudaOptions(Path.of("native-kernels/build/cuda"), libraries, graphs, null);
  }
}
