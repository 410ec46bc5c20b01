package dev.javelin.backend.cuda;

import dev.javelin.backend.DeviceTimes;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to use a device.
 *
 * @param kernels folder of the compiled kernel families
 * @param libraries folders to look for cuBLASLt in, before the system's path
 * @param graphs whether steps are recorded and replayed
 * @param times hears what the device spends its time on; null: nobody asks
 */
public record CudaOptions(
    Path kernels, List<Path> libraries, boolean graphs, @Nullable DeviceTimes times) {}
