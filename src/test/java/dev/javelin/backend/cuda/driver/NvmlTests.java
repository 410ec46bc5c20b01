package dev.javelin.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a library of the test's own, with the functions and structures of the real one. */
class NvmlTests {
  private static final String BUS_ID = "0000:65:00.0";
  private static final int NOT_SUPPORTED = 3;
  private static final int NOT_FOUND = 6;

  private final Arena arena = Arena.ofShared();
  private final Map<String, MemorySegment> symbols = new HashMap<>();
  private final MemorySegment handle = MemorySegment.ofAddress(4711);
  private int percent = 37;
  private int answer;

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void theShareOfTheTimeThatKernelsRanIsToldAsTheLibraryTellsIt() throws Exception {
    Nvml nvml = Nvml.find(library(), BUS_ID).orElseThrow();
    assertThat(nvml.busy()).hasValue(0.37);
    percent = 100;
    assertThat(nvml.busy()).hasValue(1);
  }

  @Test
  void aDeviceThatDoesNotTellIsNotIdleButUnknown() throws Exception {
    Nvml nvml = Nvml.find(library(), BUS_ID).orElseThrow();
    answer = NOT_SUPPORTED;
    assertThat(nvml.busy()).isEmpty();
  }

  @Test
  void anotherDeviceOrAnOlderLibraryHasNothingToTell() throws Exception {
    SymbolLookup library = library();
    assertThat(Nvml.find(library, "0000:00:00.0")).isEmpty();
    symbols.remove("nvmlDeviceGetUtilizationRates");
    assertThat(Nvml.find(library, BUS_ID)).isEmpty();
    assertThat(Nvml.find(_ -> Optional.empty(), BUS_ID)).isEmpty();
  }

  private SymbolLookup library() throws ReflectiveOperationException {
    export("init", "nvmlInit_v2");
    export("device", "nvmlDeviceGetHandleByPciBusId_v2", ADDRESS, ADDRESS);
    export("rates", "nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS);
    return symbol -> Optional.ofNullable(symbols.get(symbol));
  }

  private void export(String method, String symbol, MemoryLayout... parameters)
      throws ReflectiveOperationException {
    MethodType type =
        MethodType.methodType(
            int.class, Collections.nCopies(parameters.length, MemorySegment.class));
    MethodHandle target = MethodHandles.lookup().bind(this, method, type);
    symbols.put(
        symbol,
        Linker.nativeLinker()
            .upcallStub(target, FunctionDescriptor.of(JAVA_INT, parameters), arena));
  }

  int init() {
    return 0;
  }

  int device(MemorySegment busId, MemorySegment device) {
    if (!busId.reinterpret(BUS_ID.length() + 1).getString(0).equals(BUS_ID)) {
      return NOT_FOUND;
    }
    device.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, handle);
    return 0;
  }

  int rates(MemorySegment device, MemorySegment utilization) {
    if (device.address() != handle.address()) {
      return NOT_FOUND;
    }
    MemorySegment rates = utilization.reinterpret(2 * JAVA_INT.byteSize());
    rates.set(JAVA_INT, 0, percent);
    rates.set(JAVA_INT, JAVA_INT.byteSize(), 5);
    return answer;
  }
}
