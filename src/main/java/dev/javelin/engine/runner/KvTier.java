package dev.javelin.engine.runner;

import dev.javelin.backend.KvCache;

/** Keeps the content of evicted KV blocks outside of the cache. Engine thread only. */
public interface KvTier {
  /** Blocks it can hold. */
  int numSlots();

  /** Copies a block of {@code cache}, as the steps before left it, into a slot. */
  void store(int slot, KvCache cache, int block);

  /** Copies a slot into a block of {@code cache}; the steps after see it. */
  void load(int slot, KvCache cache, int block);
}
