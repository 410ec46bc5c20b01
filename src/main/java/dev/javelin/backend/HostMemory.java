package dev.javelin.backend;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of the machine, or of the control group that the process is in where that has less: see
 * the kernel's documentation of <a
 * href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">control group v2</a> and of
 * {@code /proc/meminfo}.
 */
public final class HostMemory {
  /** The device's name. */
  public static final String DEVICE = "host";

  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private final Path groups;
  private final Path meminfo;

  public HostMemory() {
    this(Path.of("/sys/fs/cgroup"), MEMINFO);
  }

  /**
   * @param groups where the process sees its own control group
   */
  HostMemory(Path groups, Path meminfo) {
    this.groups = groups;
    this.meminfo = meminfo;
  }

  /** As the kernel tells it now. */
  public DeviceMemory now() {
    long total = kibibytes("MemTotal:");
    long available = kibibytes("MemAvailable:");
    if (total == Long.MAX_VALUE
        && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      total = system.getTotalMemorySize();
      available = system.getFreeMemorySize();
    }
    long limit = Math.min(number("memory.max"), number("memory/memory.limit_in_bytes"));
    if (limit < total) {
      long used = Math.min(number("memory.current"), number("memory/memory.usage_in_bytes"));
      // Pages of files can be dropped, so they are not in the way of an allocation.
      long files = Math.max(statistic("memory.stat"), statistic("memory/memory.stat"));
      total = limit;
      available = Math.min(available, Math.max(0, limit - used + Math.min(files, used)));
    }
    return new DeviceMemory(DEVICE, total, available);
  }

  private long kibibytes(String key) {
    try {
      for (String line : Files.readAllLines(meminfo)) {
        if (line.startsWith(key)) {
          return 1024 * Long.parseLong(line.replaceAll("\\D+", ""));
        }
      }
    } catch (IOException | NumberFormatException _) {
      // Not Linux.
    }
    return Long.MAX_VALUE;
  }

  /** The one number in a file; the largest there is where it says "max" or is not there. */
  private long number(String file) {
    try {
      return Long.parseLong(Files.readString(groups.resolve(file)).strip());
    } catch (IOException | NumberFormatException _) {
      return Long.MAX_VALUE;
    }
  }

  private long statistic(String file) {
    try {
      for (String line : Files.readAllLines(groups.resolve(file))) {
        if (line.startsWith("inactive_file ")) {
          return Long.parseLong(line.substring("inactive_file ".length()).strip());
        }
      }
    } catch (IOException | NumberFormatException _) {
      // No such control group.
    }
    return 0;
  }
}
