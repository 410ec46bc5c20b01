package dev.javelin.backend.cuda;

import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.RopeTable;

/**
 * Cosines and sines on the device.
 *
 * @param address [maxPositions, rotaryDim] float32, for the lengths of variant 0
 * @param fixed whether that is every length; else rows of other variants are made step by step
 */
record CudaRopeTable(RopeSpec spec, long address, boolean fixed) implements RopeTable {
  int half() {
    return spec.rotaryDim() / 2;
  }
}
