package dev.javelin.backend.cpu.linear;

import java.lang.foreign.Arena;

/**
 * One thread's scratch for a tile: codes of up to {@link #MAX_COLUMNS} columns of two panels as
 * floats, so 24 KiB that stay in the first-level cache, with scales and offsets of their groups.
 */
public final class UnpackedPanels {
  /** Columns k that fit. */
  public static final int MAX_COLUMNS = 192;

  /** Output rows side by side: two panels. */
  public static final int WIDTH = 2 * PanelKernel.ROWS;

  /** Memory off the heap that one of these takes. */
  public static final long BYTES = 4L * MAX_COLUMNS * WIDTH;

  /** Memory of the heap that one of these takes. */
  public static final long HEAP_BYTES = 2L * Float.BYTES * (MAX_COLUMNS / 16) * WIDTH;

  /** Address of [MAX_COLUMNS, WIDTH] floats. */
  final long codes;

  /** [groups, WIDTH] */
  final float[] scales = new float[MAX_COLUMNS / 16 * WIDTH];

  /** [groups, WIDTH] */
  final float[] offsets = new float[MAX_COLUMNS / 16 * WIDTH];

  public UnpackedPanels(Arena arena) {
    codes = arena.allocate(BYTES, 64).address();
  }

  /** Address of the codes of column {@code k} for one half. */
  long code(int k, int half) {
    return codes + 4L * (k * WIDTH + half * PanelKernel.ROWS);
  }
}
