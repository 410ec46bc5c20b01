package dev.javelin.backend.cuda;

import dev.javelin.backend.cuda.driver.Copies;
import dev.javelin.backend.cuda.driver.CudaEvent;
import dev.javelin.backend.cuda.driver.CudaStream;
import dev.javelin.backend.cuda.driver.PinnedMemory;
import java.lang.foreign.MemorySegment;

/** Host memory to the device through two pinned buffers: one is filled while the other travels. */
final class Upload implements AutoCloseable {
  static final int STAGE_BYTES = 16 << 20;

  private static final int STAGES = 2;

  private final CudaStream stream;
  private final PinnedMemory[] stages = new PinnedMemory[STAGES];
  private final CudaEvent[] travelled = new CudaEvent[STAGES];
  private int next;

  Upload(CudaStream stream) {
    this.stream = stream;
    for (int i = 0; i < STAGES; i++) {
      stages[i] = new PinnedMemory(STAGE_BYTES);
      travelled[i] = new CudaEvent(false);
    }
  }

  /** A buffer of {@link #STAGE_BYTES} bytes that nothing reads any more. */
  MemorySegment stage() {
    next = (next + 1) % STAGES;
    travelled[next].synchronize();
    return stages[next].segment();
  }

  /** Sends the first {@code bytes} bytes of the last {@link #stage} on their way. */
  void send(long target, long bytes) {
    send(target, 0, bytes);
  }

  /** Sends {@code bytes} bytes of the last {@link #stage}, which begin at {@code from}. */
  void send(long target, long from, long bytes) {
    Copies.toDevice(target, stages[next].segment().asSlice(from), bytes, stream);
    travelled[next].record(stream);
  }

  void copy(long target, MemorySegment source) {
    long bytes = source.byteSize();
    for (long done = 0; done < bytes; done += STAGE_BYTES) {
      long part = Math.min(STAGE_BYTES, bytes - done);
      MemorySegment.copy(source, done, stage(), 0, part);
      send(target + done, part);
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < STAGES; i++) {
      stages[i].close();
      travelled[i].close();
    }
  }
}
