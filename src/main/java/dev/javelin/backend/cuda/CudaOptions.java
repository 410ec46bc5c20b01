package dev.javelin.backend.cuda;

import java.nio.file.Path;
import java.util.List;

/**
 * How to use a device.
 *
 * @param kernels folder of the compiled kernel families
 * @param libraries folders to look for cuBLASLt in, before the system's path
 * @param graphs whether steps are recorded and replayed
 */
public record CudaOptions(Path kernels, List<Path> libraries, boolean graphs) {}
