package dev.javelin.backend.cuda;

import dev.javelin.backend.AttentionMetadata;
import dev.javelin.backend.RopeSpec;
import dev.javelin.backend.cuda.driver.DeviceArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Cosines and sines of one step's rows, where frequencies change with a sequence's length (dynamic
 * NTK, longrope): made on the host for each layer, so such models are not recorded and not fast.
 */
final class VariantAngles {
  /** A table of cosines and sines, and the row of it that each row of the step takes. */
  record Angles(long table, long rows) {}

  private final DeviceArena memory;
  private final Upload upload;
  private long address;
  private long capacity;

  VariantAngles(DeviceArena memory, Upload upload) {
    this.memory = memory;
    this.upload = upload;
  }

  Angles make(CudaRopeTable table, AttentionMetadata metadata) {
    RopeSpec spec = table.spec();
    int half = table.half();
    long tableBytes = 4L * metadata.numTokens * spec.rotaryDim();
    long bytes = tableBytes + 4L * metadata.numTokens;
    if (bytes > Upload.STAGE_BYTES) {
      throw new IllegalArgumentException(
          "a step of %d tokens is too long for frequencies that change with the length"
              .formatted(metadata.numTokens));
    }
    if (bytes > capacity) {
      // The old one may still be read; it goes with the backend.
      capacity = Math.max(2L << 20, bytes);
      address = memory.allocate(capacity, "rotary angles");
    }
    MemorySegment stage = upload.stage();
    for (int s = 0; s < metadata.numSequences; s++) {
      for (int row = metadata.queryStart[s]; row < metadata.queryStart[s + 1]; row++) {
        double[] frequencies = spec.frequencies().forLength(metadata.ropeLength(s, row));
        for (int i = 0; i < half; i++) {
          double angle = metadata.positions[row] * frequencies[i];
          long at = (long) row * spec.rotaryDim() + i;
          stage.setAtIndex(
              ValueLayout.JAVA_FLOAT, at, (float) (Math.cos(angle) * spec.attentionFactor()));
          stage.setAtIndex(
              ValueLayout.JAVA_FLOAT,
              at + half,
              (float) (Math.sin(angle) * spec.attentionFactor()));
        }
        stage.set(ValueLayout.JAVA_INT, tableBytes + 4L * row, row);
      }
    }
    upload.send(address, bytes);
    return new Angles(address, address + tableBytes);
  }
}
