package dev.javelin.service;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** What this process and its machine do. */
final class HostProbe {
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private long beforeCpuNanos;
  private long beforeGcMillis;

  /**
   * @param seconds since it was read before; 0: never
   */
  void read(float[] moment, double seconds) {
    long cpuNanos = system.getProcessCpuTime();
    long gcMillis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      gcMillis += Math.max(0, collector.getCollectionTime());
    }
    if (seconds > 0) {
      ServingProbe.set(moment, Series.CPU, (cpuNanos - beforeCpuNanos) / 1e9 / seconds);
      ServingProbe.set(moment, Series.GC, (gcMillis - beforeGcMillis) / 1e3 / seconds);
    }
    double load = system.getCpuLoad();
    if (load >= 0) {
      ServingProbe.set(moment, Series.MACHINE_CPU, load * system.getAvailableProcessors());
    }
    Runtime heap = Runtime.getRuntime();
    ServingProbe.set(moment, Series.HEAP_BYTES, heap.totalMemory() - heap.freeMemory());
    ServingProbe.set(moment, Series.HEAP_SIZE_BYTES, heap.totalMemory());
    beforeCpuNanos = cpuNanos;
    beforeGcMillis = gcMillis;
  }
}
