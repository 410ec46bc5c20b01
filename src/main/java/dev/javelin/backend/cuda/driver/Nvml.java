package dev.javelin.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How busy a GPU is, as the driver's <a
 * href="https://docs.nvidia.com/deploy/nvml-api/group__nvmlDeviceQueries.html">management
 * library</a> tells. It stays open as long as the process runs. Thread-safe.
 */
public final class Nvml {
  private static final String LIBRARY = "libnvidia-ml.so.1";

  /** nvmlUtilization_t: percents of the last sample in which a kernel ran, and memory was used. */
  private static final MemoryLayout UTILIZATION = MemoryLayout.structLayout(JAVA_INT, JAVA_INT);

  private final MethodHandle utilization;
  private final MemorySegment device;

  private Nvml(MethodHandle utilization, MemorySegment device) {
    this.utilization = utilization;
    this.device = device;
  }

  /**
   * @param busId of the device, as the driver writes it; the two number devices differently
   * @return empty where there is no such library, or it does not know the device
   */
  public static Optional<Nvml> find(String busId) {
    try {
      return find(SymbolLookup.libraryLookup(LIBRARY, Arena.global()), busId);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Optional<Nvml> find(SymbolLookup library, String busId) {
    Optional<MethodHandle> init = function(library, "nvmlInit_v2");
    Optional<MethodHandle> byBusId =
        function(library, "nvmlDeviceGetHandleByPciBusId_v2", ADDRESS, ADDRESS);
    Optional<MethodHandle> utilization =
        function(library, "nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS);
    if (init.isEmpty() || byBusId.isEmpty() || utilization.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment device = arena.allocate(ADDRESS);
      return call("nvmlInit_v2", init.get()) == 0
              && call(
                      "nvmlDeviceGetHandleByPciBusId_v2",
                      byBusId.get(),
                      arena.allocateFrom(busId),
                      device)
                  == 0
          ? Optional.of(new Nvml(utilization.get(), device.get(ADDRESS, 0)))
          : Optional.empty();
    }
  }

  /** Share of the last sample in which a kernel ran; empty where the device does not tell. */
  public OptionalDouble busy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rates = arena.allocate(UTILIZATION);
      return call("nvmlDeviceGetUtilizationRates", utilization, device, rates) == 0
          ? OptionalDouble.of(rates.get(JAVA_INT, 0) / 100.0)
          : OptionalDouble.empty();
    }
  }

  private static Optional<MethodHandle> function(
      SymbolLookup library, String symbol, MemoryLayout... parameters) {
    return library
        .find(symbol)
        .map(
            address ->
                Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters)));
  }

  private static int call(String name, MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Driver.unexpected(name, e);
    }
  }
}
