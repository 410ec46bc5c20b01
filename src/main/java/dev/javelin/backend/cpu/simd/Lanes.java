package dev.javelin.backend.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes every kernel is written for: 16 lanes of 32 bits, one lane per row. */
public final class Lanes {
  public static final int COUNT = 16;
  public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  public static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  public static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /**
   * All of memory, indexed by address. One constant segment keeps a vector load small for the
   * compiler; whoever computes an address has checked it.
   */
  public static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Lanes() {}
}
