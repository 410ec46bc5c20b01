package dev.javelin.engine.runner;

import dev.javelin.backend.KvCache;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A {@link KvTier} in host memory, allocated at once. */
public final class HostKvTier implements KvTier, AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment slots;
  private final long bytesPerSlot;
  private final int numSlots;

  /**
   * @param bytesPerSlot of one block over all layers: {@link KvCache#bytesPerBlock}
   * @throws OutOfMemoryError if there is not that much
   */
  public HostKvTier(int numSlots, long bytesPerSlot) {
    this.numSlots = numSlots;
    this.bytesPerSlot = bytesPerSlot;
    slots = arena.allocate(Math.multiplyExact(numSlots, bytesPerSlot), ALIGNMENT);
  }

  @Override
  public int numSlots() {
    return numSlots;
  }

  @Override
  public void store(int slot, KvCache cache, int block) {
    cache.copyOut(block, slot(slot));
  }

  @Override
  public void load(int slot, KvCache cache, int block) {
    cache.copyIn(block, slot(slot));
  }

  private MemorySegment slot(int slot) {
    return slots.asSlice(slot * bytesPerSlot, bytesPerSlot);
  }

  @Override
  public void close() {
    arena.close();
  }
}
