package dev.javelin.quant;

import java.lang.foreign.MemorySegment;

/** Decodes one block of a format. */
@FunctionalInterface
interface BlockDecoder {
  /** Reads the block at byte {@code at} of {@code s} into {@code y} from element {@code o} on. */
  void decode(MemorySegment s, long at, float[] y, int o);
}
