package dev.javelin.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** Shared memory off the heap, and how much of it was handed out. */
final class CountedArena implements Arena {
  private final Arena arena = Arena.ofShared();
  private final AtomicLong bytes = new AtomicLong();

  long allocatedBytes() {
    return bytes.get();
  }

  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    MemorySegment segment = arena.allocate(byteSize, byteAlignment);
    bytes.addAndGet(byteSize);
    return segment;
  }

  @Override
  public MemorySegment.Scope scope() {
    return arena.scope();
  }

  @Override
  public void close() {
    arena.close();
  }
}
