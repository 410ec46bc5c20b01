package dev.javelin.backend.cuda;

import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.DeviceArena;

/** Where a quantised matrix is decoded to bf16, slice by slice, just before its product. */
final class Panel {
  /** A slice of a larger matrix. */
  private static final long MOST_BYTES = 256L << 20;

  private final DeviceArena memory;
  private final CudaStream stream;
  private long address;
  private long bytes;

  Panel(DeviceArena memory, CudaStream stream) {
    this.memory = memory;
    this.stream = stream;
  }

  /** Makes room, while loading: later the address is part of recorded steps. */
  void reserve(int rows, int columns) {
    long wanted = 2L * columns * Math.min(rows, rows(columns));
    if (wanted > bytes) {
      stream.synchronize();
      memory.free(address);
      bytes = Math.max(wanted, 2L << 20);
      address = memory.allocate(bytes, "the panel of decoded weights");
    }
  }

  /** Most rows of a slice. */
  static int rows(int columns) {
    return Math.toIntExact(Math.max(1, Math.min(MOST_BYTES / (2L * columns), 1 << 30)));
  }

  long address() {
    return address;
  }
}
